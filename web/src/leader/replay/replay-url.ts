import { AREA_MEASURES, type AreaMeasure } from '../../../../server/contract/campaign.ts';
import { dayStart } from '../../text/window.ts';

export const SPEEDS = [1, 10, 60, 300, 600] as const;
export type Speed = (typeof SPEEDS)[number];

/** What the address says of a replay. */
export type ReplayView = {
  /** YYYY-MM-DD; null: the whole campaign, or today without one. */
  day: string | null;
  speed: Speed;
  /** Where it stands, epoch milliseconds; null: at the start, running. */
  at_ms: number | null;
  measure: AreaMeasure | null;
};

const FASTEST_OF_WHOLE = 600;

/** What a query string says of a replay; what makes no sense takes its default. */
export function parseReplay(search: string, whole: boolean): ReplayView {
  const query = new URLSearchParams(search);
  const day = query.get('day');
  const at = Date.parse(query.get('at') ?? '');
  const standard = whole && day === null ? FASTEST_OF_WHOLE : 60;
  return {
    day: day !== null && !Number.isNaN(dayStart(day)) ? day : null,
    speed: SPEEDS.find((speed) => String(speed) === query.get('speed')) ?? standard,
    at_ms: Number.isNaN(at) ? null : at,
    measure: AREA_MEASURES.find((measure) => measure === query.get('measure')) ?? null,
  };
}

/** The query string with a replay's own words changed, all others kept. */
export function writeReplay(search: string, patch: Record<string, string | null>): string {
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
