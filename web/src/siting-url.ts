import type { SitingWeight } from '../../server/contract/siting.ts';

/** A place on the map, degrees, WGS 84. */
export type Stop = { lon: number; lat: number };
/** Two plans can be kept beside each other. */
export const PLANS = ['a', 'b'] as const;
export type PlanName = (typeof PLANS)[number];
/** Where stops may go: any cell of the residents' grid, one kind of registered place, or points of one's own. */
export const CANDIDATE_CHOICES = ['cells', 'school', 'culture_house', 'library', 'points'] as const;
export type CandidateChoice = (typeof CANDIDATE_CHOICES)[number];
/** What is to be brought within reach, as the service takes it. */
export const WEIGHT_CHOICES = [
  'unreached',
  'residents',
  'child',
  'youth',
  'worker',
  'retiree',
  'homemaker',
  'disability',
  'disadvantaged',
  'other',
] as const satisfies readonly SitingWeight[];

/** Limits of the service (contract/siting.ts). */
export const MOST_STOPS = 50;
export const REACH_M = { least: 200, most: 5000 } as const;
/** Points of one's own that an address can hold. */
export const MOST_POINTS = 200;

/** A plan as the address keeps it: how stops are chosen, and where they stand, so that a link shows the same plan for ever. */
export type SitingView = {
  count: number;
  /** Metres of way. */
  reach_m: number;
  weight: SitingWeight;
  from: CandidateChoice;
  /** Only in this former district or province; null: the whole city. */
  within: string | null;
  points: readonly Stop[];
  a: readonly Stop[];
  b: readonly Stop[];
  /** The plan that is worked on. */
  on: PlanName;
  /** Plans in which somebody moved a stop: they are not chosen anew by themselves. */
  hand: readonly PlanName[];
};

export const DEFAULT_SITING: SitingView = {
  count: 5,
  reach_m: 1000,
  weight: 'unreached',
  from: 'cells',
  within: null,
  points: [],
  a: [],
  b: [],
  on: 'a',
  hand: [],
};

// Five decimals are a metre. `_` and `*` need no escape in a query, so that the link stays one that can be read.
const DIGITS = 5;
const STOP = /^(\d{1,3}(?:\.\d{1,7})?)_(\d{1,2}(?:\.\d{1,7})?)$/;

/** A stop at the precision that the address keeps. */
export function rounded({ lon, lat }: Stop): Stop {
  return { lon: Number(lon.toFixed(DIGITS)), lat: Number(lat.toFixed(DIGITS)) };
}

/** `106.70123_10.77012*106.8_10.9`; '' for none. */
export function writeStops(stops: readonly Stop[]): string {
  return stops
    .map(({ lon, lat }) => `${Number(lon.toFixed(DIGITS))}_${Number(lat.toFixed(DIGITS))}`)
    .join('*');
}

/** The inverse of `writeStops`; what is no point is left out, and so is what comes after `most`. */
export function parseStops(text: string | null, most: number): Stop[] {
  return (text ?? '')
    .split('*')
    .flatMap((part) => {
      const [, lon, lat] = STOP.exec(part) ?? [];
      return lon === undefined || lat === undefined ? [] : [rounded({ lon: Number(lon), lat: Number(lat) })];
    })
    .slice(0, most);
}

function whole(text: string | null, least: number, most: number): number | null {
  const value = text !== null && /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

/** The plan of a query string; what is missing or makes no sense takes its default. */
export function parseSiting(query: URLSearchParams): SitingView {
  const within = query.get('in');
  const hand = (query.get('hand') ?? '').split(',');
  return {
    count: whole(query.get('stops'), 1, MOST_STOPS) ?? DEFAULT_SITING.count,
    reach_m: whole(query.get('reach'), REACH_M.least, REACH_M.most) ?? DEFAULT_SITING.reach_m,
    weight: WEIGHT_CHOICES.find((one) => one === query.get('weight')) ?? DEFAULT_SITING.weight,
    from: CANDIDATE_CHOICES.find((one) => one === query.get('from')) ?? DEFAULT_SITING.from,
    within: within && /^\d{2,3}$/.test(within) ? within : null,
    points: parseStops(query.get('points'), MOST_POINTS),
    a: parseStops(query.get('a'), MOST_STOPS),
    b: parseStops(query.get('b'), MOST_STOPS),
    on: query.get('on') === 'b' ? 'b' : 'a',
    hand: PLANS.filter((plan) => hand.includes(plan)),
  };
}

/** Puts what is not the default; `put` leaves out what equals its third argument. */
export function writeSiting(
  siting: SitingView,
  put: (key: string, value: string | null, standard: string | null) => void,
): void {
  put('stops', String(siting.count), String(DEFAULT_SITING.count));
  put('reach', String(siting.reach_m), String(DEFAULT_SITING.reach_m));
  put('weight', siting.weight, DEFAULT_SITING.weight);
  put('from', siting.from, DEFAULT_SITING.from);
  put('in', siting.within, null);
  put('points', writeStops(siting.points), '');
  put('a', writeStops(siting.a), '');
  put('b', writeStops(siting.b), '');
  put('on', siting.on, DEFAULT_SITING.on);
  put('hand', siting.hand.join(), '');
}
