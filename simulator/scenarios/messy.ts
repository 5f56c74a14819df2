import type { Scenario } from '../scenario.ts';
import { ordinaryDay } from './ordinary-day.ts';

/** Senders at their worst: events sent twice, days late, out of order, broken, or changed under the same id. */
export const messy: Scenario = {
  ...ordinaryDay,
  name: 'messy',
  title: 'duplicates 2 %, late 3 %, malformed 1 %, conflicting 0.3 %, out of order',
  late_share: 0.03,
  faults: { duplicate_share: 0.02, conflict_share: 0.003, malformed_share: 0.01, shuffled: true },
};
