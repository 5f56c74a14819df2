import { DAY_MS } from '../server/contract/time.ts';
import { encodePositions, judged, type Position } from '../server/vehicles/position.ts';
import { cityDayNumber } from './calendar.ts';
import type { City } from './city.ts';
import { createPlan } from './plan.ts';
import type { Scenario } from './scenario.ts';
import { BusReports, type HeardFix } from './vehicles.ts';

export type TrackHistoryOptions = {
  city: City;
  scenario: Scenario;
  /** Epoch ms, included and excluded; nothing is received after the end. */
  from_ms: number;
  to_ms: number;
  /** Writes one day's positions: TabSeparated, columns POSITION_COLUMNS. */
  insert: (tsv: Buffer, token: string) => Promise<void>;
};

/** Of days before these every third fix is enough for their stops, and a demo starts the sooner. */
const FULL_DAYS = 2;
const THINNED = 3;

/** Fills a store with what the mobile libraries reported in a span, day by day; resolves with how many positions. */
export async function fillTracks(options: TrackHistoryOptions): Promise<number> {
  const { city, scenario, from_ms, to_ms, insert } = options;
  const reports = new BusReports(createPlan(city, scenario));
  const name = `tracks-${city.seed}-${scenario.name}-${from_ms}-${to_ms}`;
  let written = 0;
  for (let day = cityDayNumber(from_ms); day <= cityDayNumber(to_ms - 1); day++) {
    const heard = reports
      .ofDay(day)
      .filter((_, i) => day > cityDayNumber(to_ms) - FULL_DAYS || i % THINNED === 0)
      .filter(({ fix, received_at }) => fix.at >= from_ms && received_at < to_ms)
      .map(toPosition);
    if (heard.length === 0) continue;
    await insert(encodePositions(heard), `${name}-${day}`);
    written += heard.length;
  }
  return written;
}

/** How far back tracks are worth filling: stops of a fortnight are what coverage asks for. */
export const TRACK_DAYS_MS = 14 * DAY_MS;

/** The position that the service stores for a fix. */
export function toPosition({ source_id, fix, received_at }: HeardFix): Position {
  return { ...judged(fix, { invalid: false, still: fix.speed_kmh === 0 }), source_id, received_at };
}
