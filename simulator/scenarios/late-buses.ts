import type { Scenario } from '../scenario.ts';
import { ordinaryDay } from './ordinary-day.ts';

/** Most mobile libraries drive without a signal: what they note arrives in bursts, hours to four days later. */
export const lateBuses: Scenario = {
  ...ordinaryDay,
  name: 'late-buses',
  title: 'mobile libraries report in bursts, hours to days late',
  bus_days_offline: 0.85,
  bus_evenings_late: [0, 4],
};
