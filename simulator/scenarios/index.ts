import type { Scenario } from '../scenario.ts';
import { lateBuses } from './late-buses.ts';
import { lifelongLearningWeek } from './lifelong-learning-week.ts';
import { messy } from './messy.ts';
import { oneDistrictSilent } from './one-district-silent.ts';
import { ordinaryDay } from './ordinary-day.ts';

/** Every scenario, the default first. */
export const SCENARIOS: readonly Scenario[] = [
  ordinaryDay,
  lifelongLearningWeek,
  oneDistrictSilent,
  lateBuses,
  messy,
];

/** The scenario of a name. Throws on another, listing those allowed. */
export function scenarioByName(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) {
    throw new Error(
      `scenario: given "${name}", allowed ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`,
    );
  }
  return found;
}
