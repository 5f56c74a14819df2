import './Curve.css';
import type { Progress } from '../../../../server/contract/campaign.ts';
import { useWords } from '../../i18n/index.ts';
import { formatDay, formatNumber } from '../../text/format.ts';
import { curveOf } from '../model/curve.ts';

const WIDTH = 400;
const HEIGHT = 100;

/** Events added up over the campaign, against the line they were expected to follow. */
export function Curve({ progress }: { progress: Progress }) {
  const { t, lang } = useWords();
  const now =
    progress.as_of === null ? Date.now() : Math.max(Date.parse(progress.as_of), Date.parse(progress.from));
  const curve = curveOf(progress, now);
  const path = (points: readonly { t: number; value: number }[]) =>
    points
      .map(({ t: at, value }, i) => {
        const x = (WIDTH * (at - curve.from_ms)) / (curve.to_ms - curve.from_ms);
        return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(HEIGHT - (HEIGHT * value) / curve.top).toFixed(1)}`;
      })
      .join('');
  const have = curve.have[curve.have.length - 1];
  return (
    <figure className="curve">
      <figcaption>{t('leader.curve.title')}</figcaption>
      <div className="curve-chart">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t('leader.curve.label', { n: formatNumber(lang, have?.value ?? 0) })}
        >
          <path className="curve-axis" d={`M0 ${HEIGHT}H${WIDTH}`} />
          <path className="curve-expected" d={path(curve.expected)} />
          <path className="curve-have" d={path(curve.have)} />
        </svg>
        <span className="curve-top">{formatNumber(lang, Math.round(curve.top))}</span>
        <span className="curve-first">{formatDay(lang, curve.from_ms)}</span>
        <span className="curve-last">{formatDay(lang, curve.to_ms - 1)}</span>
      </div>
      <p className="curve-key">
        <span>{t('leader.curve.have')}</span>
        {curve.expected.length > 0 && <span className="expected-key">{t('leader.curve.expected')}</span>}
      </p>
    </figure>
  );
}
