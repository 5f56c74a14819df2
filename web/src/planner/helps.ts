import type { AreaFigures, Coverage } from '../../../server/contract/coverage.ts';

/** One thing that would help an area, with the figures that say so. Shares 0–1. */
export type Help =
  | { kind: 'silent'; n: number }
  | { kind: 'enough' }
  | { kind: 'reach'; n: number; share: number }
  | { kind: 'seats'; value: number; city: number }
  | { kind: 'invite' }
  | { kind: 'ids'; share: number }
  | { kind: 'homes'; share: number }
  | { kind: 'wait' };

/** Where fewer residents than this are within reach, a nearer place comes first. */
const WITHIN_REACH = 0.7;
/** Fewer seat-hours than this part of the city's are few. */
const FEW_SEATS = 0.75;
const FEW_IDS = 0.8;
const MANY_GUESSED = 0.3;
/** An interval wider than this part of the rate leaves too much open. */
const WIDE = 0.6;

/**
 * What would help an area, the most urgent first. Rules of thumb over the published figures, each of which names its
 * figure: silence before anything is concluded, then reach, seats and hours, and inviting people; last, what would make
 * the figures themselves surer. Nothing for an area whose figures are hidden or unknown.
 */
export function whatHelps(row: AreaFigures | undefined, coverage: Coverage | undefined): Help[] {
  if (!row || !coverage || row.suppressed || row.rate === null) return [];
  const silent = row.silent ?? 0;
  return [
    ...(silent > 0 ? [{ kind: 'silent', n: silent } as const] : []),
    ...((row.unreached ?? 0) < 0.5 ? [{ kind: 'enough' } as const] : reachHelps(row, coverage)),
    ...dataHelps(row),
  ];
}

function reachHelps(row: AreaFigures, { city }: Coverage): Help[] {
  const within = row.within_1km;
  if (within == null || row.population === null) return [];
  if (within < WITHIN_REACH) {
    return [{ kind: 'reach', n: Math.round((1 - within) * row.population), share: 1 - within }];
  }
  if (row.access != null && city.access != null && row.access < FEW_SEATS * city.access) {
    return [{ kind: 'seats', value: row.access, city: city.access }];
  }
  return [{ kind: 'invite' }];
}

function dataHelps(row: AreaFigures): Help[] {
  const { id_share, fallback_share, rate, rate_low, rate_high } = row;
  const helps: Help[] = [];
  if (id_share != null && id_share < FEW_IDS) helps.push({ kind: 'ids', share: id_share });
  if (fallback_share !== null && fallback_share > MANY_GUESSED) {
    helps.push({ kind: 'homes', share: fallback_share });
  }
  if (rate && rate_low !== null && rate_high !== null && rate_high - rate_low > WIDE * rate) {
    helps.push({ kind: 'wait' });
  }
  return helps;
}
