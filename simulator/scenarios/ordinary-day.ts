import { NO_FAULTS, type Scenario } from '../scenario.ts';

/** The city as it is: centres in their hours, a few mobile libraries without a signal until the evening. */
export const ordinaryDay: Scenario = {
  name: 'ordinary-day',
  title: 'the city as it is on any day',
  factor: { centre: 1, mobile_library: 1, online_course: 1 },
  boosts: [],
  extra_hours: '',
  campaign: null,
  silent_district: '',
  bus_days_offline: 0.2,
  bus_evenings_late: [0, 1],
  late_share: 0,
  faults: NO_FAULTS,
};
