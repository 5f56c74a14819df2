import type { Siting } from '../../../../server/contract/siting.ts';
import { useWords } from '../../i18n/index.ts';
import { formatNumber } from '../../text/format.ts';
import { axisTop } from '../bars.ts';

const WIDTH = 300;
const HEIGHT = 72;

/** People newly within reach after the first, second, third … stop. */
export function cumulative(figures: Siting): number[] {
  let sum = 0;
  return figures.fixed.sites.map((site) => {
    sum += site.residents_added;
    return sum;
  });
}

/** What each further stop adds, as a line of steps: where it flattens, more stops help little. */
export function Curve({ figures }: { figures: Siting }) {
  const { t, lang } = useWords();
  const sums = cumulative(figures);
  const last = sums.at(-1) ?? 0;
  if (sums.length < 2 || last === 0) return null;
  const top = axisTop(last);
  const x = (at: number) => (at * WIDTH) / sums.length;
  const y = (value: number) => HEIGHT - (HEIGHT * value) / top;
  const path = sums.map((sum, at) => `V${y(sum).toFixed(1)}H${x(at + 1).toFixed(1)}`).join('');
  const points = sums
    .map((sum, at) => t('siting.curve_point', { n: at + 1, people: formatNumber(lang, sum) }))
    .join('; ');
  return (
    <figure className="trend siting-curve">
      <figcaption>{t('siting.curve')}</figcaption>
      <div className="trend-chart">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t('siting.curve_label', { points })}
          data-testid="siting-curve"
          data-points={sums.join()}
        >
          <path d={`M0 .5H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`} className="trend-lines" />
          <path d={`M0 ${HEIGHT}${path}V${HEIGHT}Z`} className="curve-area" />
          <path d={`M0 ${HEIGHT}${path}`} className="curve-line" />
        </svg>
        <span className="trend-top">{formatNumber(lang, top)}</span>
        <span className="trend-first">1</span>
        <span className="trend-last">{sums.length}</span>
      </div>
    </figure>
  );
}
