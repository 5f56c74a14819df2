import type { CampaignProgressed, FourFigures, Moment } from '../../../../server/contract/campaign.ts';

/** What was last heard of a campaign; times in epoch milliseconds. */
export type LiveCampaign = {
  as_of_ms: number | null;
  lag_ms: number;
  heard_at: number;
  city: FourFigures;
  expected: FourFigures;
  per_min: CampaignProgressed['per_min'];
  /** Events, learners and minutes of districts. */
  areas: ReadonlyMap<string, readonly [number | null, number | null, number | null]>;
  /** Newest last. */
  moments: readonly Moment[];
};

/** More than anybody reads; a wall that runs for days must not grow. */
const KEPT_MOMENTS = 30;

/** What is known after a message: figures are absolute, so only areas and moments of before are kept. */
export function withProgress(
  before: LiveCampaign | undefined,
  message: CampaignProgressed,
  heard_at: number,
): LiveCampaign {
  const areas = new Map(message.full ? [] : before?.areas);
  for (const [code, ...figures] of message.areas) areas.set(code, figures);
  const known = message.full ? [] : (before?.moments ?? []);
  const ids = new Set(message.moments.map(({ id }) => id));
  return {
    as_of_ms: message.as_of === null ? null : Date.parse(message.as_of),
    lag_ms: message.lag_ms,
    heard_at,
    city: message.city,
    expected: message.expected,
    per_min: message.per_min,
    areas,
    moments: [...known.filter(({ id }) => !ids.has(id)), ...message.moments].slice(-KEPT_MOMENTS),
  };
}
