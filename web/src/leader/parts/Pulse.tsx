import './Pulse.css';
import { useMemo } from 'react';
import { useWords } from '../../i18n/index.ts';
import { formatClock, formatNumber } from '../../text/format.ts';
import { type PulseMinute, pulseShape } from '../model/pulse-bars.ts';

const WIDTH = 600;
const HEIGHT = 100;

type Props = {
  minutes: readonly PulseMinute[];
  /** Of the last full minute: of the campaign, of all activity, and usual. */
  per_min: readonly [campaign: number | null, activity: number | null, baseline: number | null];
  /** Without a campaign there is only the city's activity. */
  campaign?: boolean;
};

/** Events per minute of the last hour, the usual number grey behind them. */
export function Pulse({ minutes, per_min, campaign = true }: Props) {
  const { t, lang } = useWords();
  // The number is told every second, the minutes only when one is over.
  const { own, all, base, top } = useMemo(() => pulseShape(minutes, WIDTH, HEIGHT), [minutes]);
  const [own_now, all_now, usual] = per_min;
  const main = campaign ? own_now : all_now;
  const first = minutes[0];
  const last = minutes[minutes.length - 1];
  const words = [
    t('leader.pulse.now', { n: formatNumber(lang, main) }),
    usual === null ? '' : t('leader.pulse.usual', { n: formatNumber(lang, usual, usual < 10 ? 1 : 0) }),
  ];
  return (
    <figure className="pulse" data-testid="pulse">
      <figcaption className="pulse-head">
        <strong className="stale-grey">{words[0]}</strong>
        <span>{words[1]}</span>
      </figcaption>
      <div className="pulse-chart">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${t('leader.pulse.label')}: ${words.join(' ')}`}
        >
          <path className="pulse-base" d={base} />
          <path className="pulse-all" d={all} />
          <path className="pulse-own" d={own} />
          <path className="pulse-axis" d={`M0 ${HEIGHT}H${WIDTH}`} />
        </svg>
        <span className="pulse-top">{t('leader.pulse.top', { n: formatNumber(lang, top) })}</span>
        {first && <span className="pulse-first">{formatClock(lang, Date.parse(first.t))}</span>}
        {last && <span className="pulse-last">{formatClock(lang, Date.parse(last.t))}</span>}
      </div>
      <p className="pulse-key">
        {campaign && <span className="own">{t('leader.pulse.own')}</span>}
        <span className="all">{t('leader.pulse.all')}</span>
        {(usual !== null || base !== '') && <span className="base">{t('leader.pulse.base')}</span>}
      </p>
    </figure>
  );
}
