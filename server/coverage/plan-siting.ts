import type { SiteSet, Siting, SitingWeight } from '../contract/siting.ts';
import { withinReach } from './access.ts';
import type { Points } from './nearby.ts';
import { columns } from './read-access.ts';
import { type Choice, chooseSites, type TimeLimit } from './siting.ts';
import type { SitingBasis } from './siting-basis.ts';
import type { Candidate } from './siting-candidates.ts';
import {
  type Effects,
  effectsOf,
  type Ground,
  type Reached,
  reachedWhere,
  spreadWeights,
} from './siting-effect.ts';
import { leaversOf } from './siting-leavers.ts';
import { type WhyNot, whyNot } from './siting-reasons.ts';
import type { SupplyPoint } from './supply.ts';

/** A request with everything found that it names. */
export type Plan = {
  /** Sites to choose. */
  count: number;
  reach_m: number;
  weight: SitingWeight;
  /** Say why other wards have no site also where none are to be chosen. */
  why: boolean;
  /** Wards of low grid quality are ranked too. */
  low_quality: boolean;
  /** Where sites may go; not asked while none are to be chosen and nobody asks why. */
  candidates(ranked: Uint8Array): Candidate[];
  /** Places that are candidates and so do not count as existing. */
  not_existing: ReadonlySet<string>;
  fixed: readonly Candidate[];
  against: readonly Candidate[] | undefined;
  limit: TimeLimit;
};

/** What of an answer follows from figures and sites. */
export type PlannedSiting = Pick<
  Siting,
  'existing' | 'fixed' | 'chosen' | 'together' | 'comparison' | 'not_chosen'
>;

/** Chooses sites and says what they, and the sites handed in, would change. Pure but for the clock of the time limit. */
export function planSiting(basis: SitingBasis, plan: Plan): PlannedSiting {
  const serving = basis.supply.points.filter(
    (point) => point.serves && !plan.not_existing.has(point.source_id),
  );
  const ground = groundOf(basis, plan, serving);
  const fixed = setOf(basis, ground, plan.fixed);
  const ranked = rankedCells(basis, plan);
  const explains = plan.count > 0 || plan.why;
  const candidates = explains ? plan.candidates(ranked) : [];
  const points = columns(candidates);
  const choice = choose(ground, fixed.effects.covered, ranked, points, plan);
  const sites = choice.sites.map((site) => candidates[site] as Candidate);
  const chosen = setOf(basis, { ...ground, covered: fixed.effects.covered }, sites);
  const all = [...plan.fixed, ...sites];
  const together = setOf(basis, ground, all);
  const alreadyLeft = new Set(fixed.set.leaves_underserved);
  const reasons = !explains
    ? []
    : whyNot({
        ...{ ground, ranked, left: choice.left },
        candidate_wards: candidates.map((candidate) => candidate.ward),
        covered_after: together.effects.covered,
        existing: columns(serving),
        sites: columns(all),
        chosen: new Set(all.map((site) => site.ward)),
        unknown: unknownWards(basis, plan.weight),
        least_added: choice.added.at(-1) ?? leastAdded(fixed.set),
      });
  return {
    existing: existingOf(basis, ground, serving),
    fixed: fixed.set,
    chosen: {
      ...withLeavers(
        chosen.set,
        together.set.leaves_underserved.filter((code) => !alreadyLeft.has(code)),
      ),
      candidates: candidates.length,
      curve: curveOf(chosen.set, choice),
      swaps: choice.swaps,
      finished: choice.finished,
    },
    together: together.set,
    comparison: plan.against ? compare(fixed.set, setOf(basis, ground, plan.against).set) : null,
    not_chosen: reasons.map((reason) => namedReason(reason, candidates, serving, all)),
  };
}

/** What the least of given sites adds to those before it; 0 without sites. */
function leastAdded({ sites }: SiteSet): number {
  return sites.length === 0 ? 0 : Math.min(...sites.map((site) => site.weight_added));
}

/** The choice among the candidates, and the ranked weight that nothing reaches yet (`open`). */
function choose(
  ground: Ground,
  covered: Uint8Array,
  ranked: Uint8Array,
  candidates: Points,
  { count, reach_m, limit }: Plan,
): Choice & { open: number } {
  const nothing = {
    sites: [],
    added: [],
    left: new Float64Array(0),
    weight: 0,
    greedy_weight: 0,
    swaps: 0,
    finished: true,
    open: 0,
  };
  if (candidates.lon.length === 0) return nothing;
  const { lon, lat } = ground.grid;
  const weight = ground.weight.map((here, cell) => (ranked[cell] === 1 ? here : 0));
  const demand = { lon, lat, weight };
  const open = weight.reduce((sum, here, cell) => (covered[cell] === 0 ? sum + here : sum), 0);
  return { ...chooseSites({ demand, covered, candidates, count, reach_m }, limit), open };
}

/** The city as it is; weights and existing reach are kept with the basis. */
function groundOf(basis: SitingBasis, plan: Plan, serving: readonly SupplyPoint[]): Ground {
  const { grid, nearby } = basis.grid;
  const kept = <T extends Float64Array | Uint8Array>(name: string, make: () => T): T => {
    const before = basis.memo.get(name) as T | undefined;
    if (before) return before;
    const made = make();
    basis.memo.set(name, made);
    return made;
  };
  const places: Points = columns(serving);
  const reach = () => withinReach(grid, places, plan.reach_m, nearby);
  return {
    ...{ grid, nearby, reach_m: plan.reach_m },
    weight: kept(plan.weight === 'residents' ? 'residents' : 'unreached', () =>
      plan.weight === 'residents' ? Float64Array.from(grid.population) : spreadWeights(grid, basis.unreached),
    ),
    // A planner moves the reach by hand: a few are kept, not every one there ever was.
    covered:
      plan.not_existing.size > 0 || basis.memo.size > 12 ? reach() : kept(`reach ${plan.reach_m}`, reach),
  };
}

/** 1 for cells whose ward's figure is known and, unless asked otherwise, whose spread is no guess. */
function rankedCells(basis: SitingBasis, plan: Plan): Uint8Array {
  const { grid } = basis.grid;
  const unknown = unknownWards(basis, plan.weight);
  const ranked = new Uint8Array(grid.h3.length);
  for (const { code, quality, first, end } of grid.wards)
    if ((plan.low_quality || quality !== 'low') && !unknown.has(code)) ranked.fill(1, first, end);
  return ranked;
}

function unknownWards({ grid, unreached }: SitingBasis, weight: SitingWeight): Set<string> {
  if (weight === 'residents') return new Set();
  return new Set(grid.grid.wards.map((ward) => ward.code).filter((code) => !unreached.has(code)));
}

function existingOf(basis: SitingBasis, ground: Ground, serving: readonly SupplyPoint[]): Siting['existing'] {
  const all = reachedWhere(ground, () => true);
  const within = reachedWhere(ground, (cell) => ground.covered[cell] === 1);
  const stops = serving.filter((point) => point.kind === 'vehicle').length;
  return {
    places: serving.length - stops,
    stops,
    unplaced: basis.supply.unplaced,
    residents: all.residents,
    residents_within: within.residents,
    weight: tenth(all.weight),
    weight_within: tenth(within.weight),
  };
}

function setOf(
  basis: SitingBasis,
  ground: Ground,
  sites: readonly Candidate[],
): { set: SiteSet; effects: Effects } {
  const effects = effectsOf(ground, sites);
  const leavers = leaversOf(basis.wards, basis.city_share, effects.by_ward);
  const wards_helped = [...effects.by_ward]
    .map(([code, { residents, weight }]) => ({
      code,
      residents,
      weight: tenth(weight),
      leaves_underserved: false,
    }))
    .sort((a, b) => b.weight - a.weight || b.residents - a.residents);
  const set: SiteSet = {
    ...reachedFields(effects.together),
    sites: sites.map((site, k) => {
      const effect = effects.sites[k] as Effects['sites'][number];
      return {
        ...{ id: site.id, name: site.name, lon: site.lon, lat: site.lat, ward: site.ward || null },
        ...reachedFields(effect.alone),
        residents_added: effect.added.residents,
        weight_added: tenth(effect.added.weight),
        wards: effect.wards.map((ward) => ({ ...ward, weight: tenth(ward.weight) })),
      };
    }),
    wards_helped,
    leaves_underserved: [],
  };
  return { set: withLeavers(set, leavers), effects };
}

function withLeavers(set: SiteSet, leavers: readonly string[]): SiteSet {
  const leaving = new Set(leavers);
  return {
    ...set,
    wards_helped: set.wards_helped.map((ward) => ({ ...ward, leaves_underserved: leaving.has(ward.code) })),
    leaves_underserved: [...leavers],
  };
}

function reachedFields(reached: Reached) {
  return {
    residents_new: reached.residents,
    residents_new_low: reached.low_residents,
    weight_new: tenth(reached.weight),
    weight_new_low: tenth(reached.low_weight),
  };
}

function curveOf(
  chosen: SiteSet,
  { added, open }: { added: readonly number[]; open: number },
): Siting['chosen']['curve'] {
  let residents = 0;
  let weight = 0;
  let ranked = 0;
  return chosen.sites.map((site, k) => {
    residents += site.residents_added;
    weight += site.weight_added;
    ranked += added[k] ?? 0;
    return {
      count: k + 1,
      residents,
      weight: tenth(weight),
      share: open > 0 ? Math.min(1, ranked / open) : 0,
    };
  });
}

function compare(fixed: SiteSet, against: SiteSet): NonNullable<Siting['comparison']> {
  const only = (a: SiteSet, b: SiteSet) =>
    a.leaves_underserved.filter((code) => !b.leaves_underserved.includes(code));
  return {
    against,
    residents_more: fixed.residents_new - against.residents_new,
    weight_more: tenth(fixed.weight_new - against.weight_new),
    leaves_only_fixed: only(fixed, against),
    leaves_only_against: only(against, fixed),
  };
}

function namedReason(
  { best, by, weight, covered, newly, ...row }: WhyNot,
  candidates: readonly Candidate[],
  serving: readonly SupplyPoint[],
  sites: readonly Candidate[],
): Siting['not_chosen'][number] {
  const at = best ? candidates[best.candidate] : undefined;
  const place = row.reason === 'already_covered' ? serving[by ?? -1] : undefined;
  const site = row.reason === 'served_by_new_site' ? sites[by ?? -1] : undefined;
  return {
    ...row,
    weight: tenth(weight),
    covered: tenth(covered),
    newly: tenth(newly),
    best_gain: best ? tenth(best.gain) : null,
    best: at ? { id: at.id, lon: at.lon, lat: at.lat } : null,
    by: place ? { id: place.source_id, name: place.name } : site ? { id: site.id, name: site.name } : null,
  };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
