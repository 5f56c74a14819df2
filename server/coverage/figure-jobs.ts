import { certainties } from './certainty.ts';
import type { CityHour } from './city-hour.ts';
import { findClusters } from './clusters.ts';
import type { Neighbours } from './moran.ts';
import { type HourWindow, nowcastRange } from './nowcast.ts';
import { isPublicHoliday } from './public-holidays.ts';
import { seededRandom } from './random.ts';
import { type DelayTable, delayTable } from './reporting-delay.ts';
import { type ReportingPlace, silenceOf } from './silence.ts';
import type { AttributedCount } from './underserved.ts';

/** The cells of one source's delay table in columns, as they are read. */
export type DelayColumns = {
  hours: Int32Array;
  delays_h: Int32Array;
  events: Float64Array;
};

/** Figures that take longer than a request may hold up all others; every one is a pure function of its input. */
export const JOBS = {
  /** Bootstrap of the ranking. */
  certainty: (input: { areas: readonly AttributedCount[]; seed: string; population_ratio: number | null }) =>
    certainties(input.areas, seededRandom(`certainty ${input.seed}`), {
      population_ratio: input.population_ratio,
    }),
  /** Permutations of local Moran's I. */
  clusters: (input: {
    index: readonly (number | null)[];
    neighbours: Neighbours;
    edge: readonly boolean[];
    seed: string;
  }) =>
    findClusters(input.index, input.neighbours, seededRandom(`clusters ${input.seed}`), { edge: input.edge }),
  /** How complete a window is. Columns of the same name are the same: tables made of them are kept. */
  nowcast: (input: { name: string; columns: readonly DelayColumns[]; window: HourWindow; as_of: CityHour }) =>
    nowcastRange(tablesOf(input.name, input.columns), input.window, input.as_of),
  /** Which places have fallen silent by an hour, in the order given. */
  silence: (input: { places: readonly ReportingPlace[]; now: CityHour }) =>
    input.places.map((place) => silenceOf(place, input.now, isPublicHoliday)),
};
export type JobName = keyof typeof JOBS;
export type JobInput<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[0];
export type JobResult<Name extends JobName> = ReturnType<(typeof JOBS)[Name]>;

/** Tables by name, the newest few: making them again for every window would cost as much as asking them. */
const tables = new Map<string, DelayTable[]>();
const MOST_TABLES = 12;

function tablesOf(name: string, columns: readonly DelayColumns[]): readonly DelayTable[] {
  const known = tables.get(name);
  if (known) return known;
  const made = columns.map(({ hours, delays_h, events }) =>
    delayTable(
      Array.from(hours, (hour, i) => ({ hour, delay_h: delays_h[i] as number, events: events[i] as number })),
    ),
  );
  tables.set(name, made);
  const oldest = tables.keys().next();
  if (tables.size > MOST_TABLES && !oldest.done) tables.delete(oldest.value);
  return made;
}
