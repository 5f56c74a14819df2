import type { MomentLevel } from '../contract/campaign.ts';

/** The first round number worth a sentence, by level. */
const FIRST_ROUND: Readonly<Record<MomentLevel, number>> = { city: 10_000, district: 1_000, ward: 100 };

/** The largest of 1, 2, 5, 10, 20, 50 … that is not above a value; 0 below 1. */
export function roundBelow(value: number): number {
  if (value < 1) return 0;
  let power = 1;
  while (power * 10 <= value) power *= 10;
  const step = value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1;
  return step * power;
}

/** The round number that a figure passed when it rose from `before` to `after`; undefined for none at this level. */
export function roundPassed(level: MomentLevel, before: number, after: number): number | undefined {
  if (after <= before) return undefined;
  const round = roundBelow(after);
  return round > before && round >= FIRST_ROUND[level] ? round : undefined;
}
