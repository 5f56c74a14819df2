import type {
  CampaignFigure,
  CampaignMeasure,
  Moment,
  Progress,
} from '../../../../server/contract/campaign.ts';
import { useWords } from '../../i18n/index.ts';
import { formatClock, formatDay, formatNumber, formatShare } from '../../text/format.ts';
import { useAreaBook } from './areas.ts';
import { formatRange } from './large-numbers.ts';

/** Shares above this are written with a decimal. */
const NEARLY_ALL = 0.985;

/** Sentences of the leader's pages. */
export function useLeaderWords() {
  const { t, lang } = useWords();
  const { nameOf } = useAreaBook();
  const counted = (value: number | null, measure: CampaignMeasure) =>
    t(`leader.count.${measure}`, { n: formatNumber(lang, value) });

  /** A moment in one sentence: `Phường Khánh Hội vừa đạt 1.000 lượt học`. */
  const momentText = ({ kind, level, area, measure, value }: Moment): string => {
    const who = level === 'city' || area === null ? t('leader.moment.city') : nameOf(area);
    return t(`leader.moment.${kind}`, { who, what: counted(value, measure) });
  };

  /** `thấp hơn dự kiến 2.500 (−6 %)`; null without an expectation. */
  const gapText = (value: number | null, expected: number | null): string | null => {
    if (value === null || expected === null) return null;
    const gap = Math.round(value - expected);
    const n = formatNumber(lang, Math.abs(gap));
    if (gap === 0) return t('leader.gap.on');
    const share = expected > 0 ? formatShare(lang, Math.abs(gap) / expected) : '';
    return t(gap > 0 ? 'leader.gap.ahead' : 'leader.gap.behind', { n, share });
  };

  /** How much of what has happened is reported, and what it comes to; null where past delays say nothing. */
  const finalText = (
    { share, held, tried }: Progress['final'],
    figure: CampaignFigure,
    measure: CampaignMeasure,
  ): string | null => {
    if (share === null || figure.final_low === null || figure.final_high === null) return null;
    const said = t('leader.final.so_far', {
      // 99,8 % is not everything yet.
      share: formatShare(lang, share, share > NEARLY_ALL && share < 1 ? 1 : 0),
      range: formatRange(lang, figure.final_low, figure.final_high),
      unit: t(`leader.unit.${measure}`),
    });
    return tried > 0 ? `${said} ${heldText(held, tried, 'day')}` : said;
  };

  const heldText = (held: number, tried: number, of: 'day' | 'week') =>
    t(`leader.final.held_${of}`, { held: formatNumber(lang, held), tried: formatNumber(lang, tried) });

  /** What the measure comes to by the end; null while nothing can be said. */
  const projectionText = (figure: CampaignFigure, measure: CampaignMeasure, to: string): string | null => {
    const { projection, target } = figure;
    if (!projection) return null;
    const said = t(target === null ? 'leader.projection.plain' : 'leader.projection.target', {
      // The last moment of the campaign belongs to its last day.
      day: formatDay(lang, Date.parse(to) - 1),
      range: formatRange(lang, projection.low, projection.high),
      unit: t(`leader.unit.${measure}`),
      target: formatNumber(lang, target),
    });
    return projection.tried > 0 ? `${said} ${heldText(projection.held, projection.tried, 'week')}` : said;
  };

  /** All activity against the same hours of the weeks before; null where there are none. */
  const baselineText = (baseline: Progress['baseline'], measure: CampaignMeasure): string | null => {
    if (baseline === null || measure === 'wards') return null;
    const { now, mean, least, most, weeks } = baseline[measure];
    return t('leader.baseline', {
      now: formatNumber(lang, now),
      unit: t(`leader.unit.${measure}`),
      weeks: formatNumber(lang, weeks),
      mean: formatNumber(lang, Math.round(mean)),
      range: formatRange(lang, least, most),
      time: formatClock(lang, Date.parse(baseline.until)),
    });
  };

  return { counted, momentText, baselineText, gapText, finalText, projectionText };
}
