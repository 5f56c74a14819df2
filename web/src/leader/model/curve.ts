import type { Progress } from '../../../../server/contract/campaign.ts';

/** Cumulative events of a campaign by the end of each hour, and what was expected; null where nothing is to be drawn. */
export type Curve = {
  /** Start of the campaign and its end, epoch milliseconds. */
  from_ms: number;
  to_ms: number;
  have: { t: number; value: number }[];
  expected: { t: number; value: number }[];
  top: number;
};

const HOUR_MS = 3_600_000;

/** The campaign's hours added up; an hour that is hidden ends the line, since the sum beyond it is not known. */
export function curveOf({ pulse, from, to }: Pick<Progress, 'pulse' | 'from' | 'to'>, now: number): Curve {
  const have: Curve['have'] = [{ t: Date.parse(from), value: 0 }];
  const expected: Curve['expected'] = [];
  let sum: number | null = 0;
  for (const hour of pulse.hours) {
    const start = Date.parse(hour.t);
    if (hour.expected !== null) {
      if (expected.length === 0) expected.push({ t: Date.parse(from), value: 0 });
      expected.push({ t: start + HOUR_MS, value: hour.expected });
    }
    if (start > now) continue;
    sum = sum === null || hour.campaign === null ? null : sum + hour.campaign;
    if (sum !== null) have.push({ t: Math.min(start + HOUR_MS, now), value: sum });
  }
  const top = Math.max(1, ...have.map(({ value }) => value), ...expected.map(({ value }) => value));
  return { from_ms: Date.parse(from), to_ms: Date.parse(to), have, expected, top };
}
