import type { Coverage, Sensitivity } from '../../../server/contract/coverage.ts';
import type { Status } from '../../../server/contract/status.ts';
import type { MethodId } from './ids.ts';

/** What is in use now of what an entry speaks of: machine names and values, as the API has them. */
export type LiveValue = { name: string; value: string };

/** How figures are written. */
export type Writers = {
  number: (value: number | null | undefined, digits?: number) => string;
  share: (value: number | null | undefined) => string;
  moment: (iso: string) => string;
};

function limits(values: readonly (number | null)[], write: (value: number | null) => string): string {
  return values.map(write).join(' · ');
}

/** What scaling residents to the official total would change, in numbers of areas. */
function sensitivityValues(found: Sensitivity | undefined, number: Writers['number']): LiveValue[] {
  if (!found || found.factor === null) return [];
  return [
    { name: 'population_total_other', value: number(found.population_total_other) },
    { name: 'factor', value: number(found.factor, 4) },
    { name: 'class_changed', value: number(found.class_changed.length) },
    { name: 'left_worst', value: number(found.left_worst.length) },
    { name: 'no_longer_underserved', value: number(found.no_longer_underserved.length) },
    { name: 'newly_underserved', value: number(found.newly_underserved.length) },
  ];
}

/** The live values of an answer by entry; entries without any are left out. */
export function liveValues(
  coverage: Coverage | undefined,
  status: Status | undefined,
  sensitivity: Sensitivity | undefined,
  { number, share, moment }: Writers,
): Partial<Record<MethodId, LiveValue[]>> {
  if (!coverage) return {};
  const { city, breaks } = coverage;
  const one = (value: number | null | undefined) => number(value, 1);
  return {
    window: [
      { name: 'from', value: moment(coverage.from) },
      { name: 'to', value: moment(coverage.to) },
      ...(coverage.as_of ? [{ name: 'as_of', value: moment(coverage.as_of) }] : []),
    ],
    basis: [
      { name: 'basis', value: coverage.basis ?? 'place + home' },
      { name: 'unlocated_events', value: number(city.unlocated_events) },
    ],
    home: [
      { name: 'fallback_share', value: share(city.fallback_share) },
      { name: 'nonresident_learners', value: number(city.nonresident_learners) },
    ],
    learners: [
      { name: 'learners', value: number(city.learners) },
      { name: 'headcount', value: number(city.headcount) },
    ],
    ids: [
      { name: 'id_share', value: share(city.id_share) },
      { name: 'linkable_share', value: share(city.linkable_share) },
    ],
    population: [
      { name: 'population', value: number(city.population) },
      { name: 'population_source', value: coverage.population_source },
      { name: 'population_date', value: coverage.population_date },
      ...sensitivityValues(sensitivity, number),
    ],
    rate: [
      { name: 'city.rate', value: one(city.rate) },
      { name: 'breaks.rate', value: limits(breaks.rate, one) },
      { name: 'breaks.events', value: limits(breaks.events, (value) => number(value)) },
    ],
    interval: [
      { name: 'city.rate_low … rate_high', value: `${one(city.rate_low)} … ${one(city.rate_high)}` },
    ],
    'rate-eb': [{ name: 'm', value: one(city.m) }],
    unreached: [{ name: 'city.unreached', value: number(city.unreached) }],
    underserved: [{ name: 'city.underserved', value: number(city.underserved) }],
    certainty: [{ name: 'city.robust_gaps', value: number(city.robust_gaps) }],
    class: [
      { name: 'breaks.class_density', value: limits(breaks.class_density, (value) => number(value)) },
      { name: 'breaks.class_rate_eb', value: limits(breaks.class_rate_eb, one) },
    ],
    cluster: [
      { name: 'global_moran', value: number(city.global_moran, 3) },
      { name: 'indicative', value: String(coverage.indicative === true) },
    ],
    access: [{ name: 'city.access', value: one(city.access) }],
    within: [{ name: 'city.within_1km', value: share(city.within_1km) }],
    silent: [{ name: 'city.silent', value: number(city.silent) }],
    final: [
      { name: 'final_share', value: share(city.final_share) },
      { name: 'final_held / final_tried', value: `${number(city.final_held)} / ${number(city.final_tried)}` },
    ],
    'small-counts': [{ name: 'k_anonymity', value: number(status?.k_anonymity) }],
    division: [{ name: 'division', value: coverage.division }],
    boundaries: [{ name: 'boundary', value: status?.boundary ?? '–' }],
  };
}
