import type { Source } from '../server/contract/event.ts';
import type { PROGRAMMES } from './habits.ts';

/** More of everything in some hours of some days. */
export type Boost = {
  /** 0 Monday to 6 Sunday. */
  weekdays: readonly number[];
  /** Hours of the day, `to_hour` excluded. */
  from_hour: number;
  to_hour: number;
  factor: number;
};

/** What goes wrong between the sender and the service; shares of the events sent. */
export type WireFaults = {
  /** Sent a second time, word for word. */
  duplicate_share: number;
  /** Sent a second time with the same id and another content. */
  conflict_share: number;
  /** Replaced by a record that must be refused. */
  malformed_share: number;
  /** Each batch in a random order. */
  shuffled: boolean;
};

/** A kind of day: data only; what it does to the city is in plan.ts, events.ts and wire-faults.ts. */
export type Scenario = {
  name: string;
  /** One sentence for `--help`. */
  title: string;
  /** Events by source, times an ordinary day's. */
  factor: Readonly<Record<Source, number>>;
  boosts: readonly Boost[];
  /** Every centre is open in these hours too, as OpenStreetMap writes them; '' for none. */
  extra_hours: string;
  /** A campaign's tag, and the share of events that bear it. */
  campaign: { programme: (typeof PROGRAMMES)[number]; share: number } | null;
  /** Code of the former district whose centres report nothing; '' for none. */
  silent_district: string;
  /** Share of a mobile library's days without a signal: what was noted arrives in one burst, hours or days later. */
  bus_days_offline: number;
  /** How many evenings a bus that was offline takes to reach a signal, least and most; 0 is the same evening. */
  bus_evenings_late: readonly [number, number];
  /** Share of all events that arrive days after they happened. */
  late_share: number;
  faults: WireFaults;
};

/** Nothing goes wrong on the way. */
export const NO_FAULTS: WireFaults = {
  duplicate_share: 0,
  conflict_share: 0,
  malformed_share: 0,
  shuffled: false,
};
