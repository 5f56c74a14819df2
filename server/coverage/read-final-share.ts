import type { CityFigures } from '../contract/coverage.ts';
import { SOURCES } from '../contract/event.ts';
import type { Services } from '../services.ts';
import * as queries from '../store/queries.ts';
import { cityHourOf, HOURS_PER_WEEK } from './city-hour.ts';
import type { DelayColumns } from './figure-jobs.ts';
import { LONGEST_DELAY_H } from './reporting-delay.ts';
import type { CoverageRequest } from './request.ts';

/** Past days that a range is learnt from, hours. */
const TRIED_H = 28 * 24;
/** Tables of windows that begin within the same weeks are shared. */
const SHARED_H = 4 * HOURS_PER_WEEK;
/** What is older has no part in how complete a window is. */
const OLDEST_H = 60 * HOURS_PER_WEEK;

export type FinalShare = Required<
  Pick<CityFigures, 'final_share' | 'final_share_low' | 'final_share_high' | 'final_held' | 'final_tried'>
>;

const UNKNOWN: FinalShare = {
  final_share: null,
  final_share_low: null,
  final_share_high: null,
  final_held: 0,
  final_tried: 0,
};

/**
 * How much of a window's events is reported by the start of the hour of `now` (epoch ms), of the source asked for. What
 * is received before that hour never changes, so one reading of the delays serves all requests of an hour. A window that
 * ended longer ago than delays are looked at counts as complete.
 */
export async function readFinalShare(
  { store, answers, figures }: Pick<Services, 'store' | 'answers' | 'figures'>,
  { window, source }: Pick<CoverageRequest, 'window' | 'source'>,
  now: number,
): Promise<FinalShare> {
  const as_of = cityHourOf(now);
  const span = { from: cityHourOf(window.from_ms), to: cityHourOf(window.to_ms) };
  if (span.from >= as_of) return UNKNOWN;
  if (span.to <= as_of - LONGEST_DELAY_H) return { ...UNKNOWN, final_share: 1 };
  const needed = Math.min(as_of - LONGEST_DELAY_H, span.from) - TRIED_H;
  const from_hour = Math.max(as_of - OLDEST_H, Math.floor(needed / SHARED_H) * SHARED_H);
  const name = `${from_hour} ${as_of}`;
  const columns = await answers.get(`reporting delays ${from_hour}`, `${as_of}`, async () => {
    const rows = await queries.reportingDelays(store, { from_hour, as_of });
    return new Map(rows.map(({ source: of, ...row }) => [of, toColumns(row)]));
  });
  const asked = (source === undefined ? SOURCES : [source]).flatMap((of) => columns.get(of) ?? []);
  const cast = await figures.run('nowcast', {
    name: `${name} ${source ?? ''}`,
    columns: asked,
    window: span,
    as_of,
  });
  if (cast.final_share === null) return UNKNOWN;
  const shareOf = (final: number | null) =>
    final === null || final === 0 ? null : Math.min(1, cast.reported / final);
  return {
    final_share: cast.final_share,
    final_share_low: shareOf(cast.final_high),
    final_share_high: shareOf(cast.final_low),
    final_held: cast.held,
    final_tried: cast.tried,
  };
}

function toColumns(row: { hours: number[]; delays_h: number[]; events: number[] }): DelayColumns {
  return {
    hours: Int32Array.from(row.hours),
    delays_h: Int32Array.from(row.delays_h),
    events: Float64Array.from(row.events),
  };
}
