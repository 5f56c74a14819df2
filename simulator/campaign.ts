import type { CampaignInput, Contact } from '../server/contract/campaign.ts';
import { CITY_OFFSET_MS, DAY_MS } from '../server/contract/time.ts';
import { lifelongLearningWeek } from './scenarios/lifelong-learning-week.ts';

/** The campaign of the demo; its events bear the tag of the scenario of the campaign week. */
export const CAMPAIGN_ID = 'lifelong-learning-week-2026';

/** Days of the campaign that have passed when the demo first starts. */
const DAYS_BEFORE = 2;
const DAYS = 7;

/** The campaign week as it is registered: seven days, today the third, with targets that the simulated city may reach. */
export function demoCampaign(now: number): CampaignInput {
  const day = (offset: number) => new Date(now + CITY_OFFSET_MS + offset * DAY_MS).toISOString().slice(0, 10);
  return {
    name_vi: 'Tuần lễ hưởng ứng học tập suốt đời 2026',
    name_en: 'Lifelong Learning Week 2026',
    programmes: [lifelongLearningWeek.campaign?.programme ?? CAMPAIGN_ID],
    first_day: day(-DAYS_BEFORE),
    last_day: day(DAYS - 1 - DAYS_BEFORE),
    targets: { events: 400_000, learners: 120_000, minutes: 25_000_000, wards: 168 },
    public: true,
  };
}

/** Who answers for each ward: invented, with telephone numbers that nobody has. */
export function demoContacts(wards: readonly { code: string; name: string }[]): Contact[] {
  return wards.map(({ code, name }, i) => ({
    ward: code,
    name: `Cán bộ phụ trách ${name}`,
    telephone: `028 0000 ${String(i + 1).padStart(4, '0')}`,
  }));
}
