import type { Scenario } from '../scenario.ts';
import { ordinaryDay } from './ordinary-day.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const EVENING_FACTOR = 1.35;
const OPENING_FACTOR = 1.8;

/** The campaign week: two and a half to four times the activity, longer hours, openings on Monday morning. */
export const lifelongLearningWeek: Scenario = {
  ...ordinaryDay,
  name: 'lifelong-learning-week',
  title: 'the campaign week: 2.5 to 4 times the activity, evening peaks, openings on Monday morning',
  factor: { centre: 2.9, mobile_library: 3.6, online_course: 2.5 },
  boosts: [
    { weekdays: EVERY_DAY, from_hour: 18, to_hour: 21, factor: EVENING_FACTOR },
    { weekdays: [0], from_hour: 8, to_hour: 11, factor: OPENING_FACTOR },
  ],
  extra_hours: 'Mo-Su 08:00-11:30,17:30-21:30',
  campaign: { programme: 'lifelong-learning-week-2026', share: 0.62 },
};
