import { createHash } from 'node:crypto';
import type { LearnerGroup, Source } from '../contract/event.ts';
import type { GridInForce } from '../residents.ts';
import type { Services } from '../services.ts';
import { empiricalBayes } from './bayes.ts';
import { readCoverage } from './read-coverage.ts';
import { readSupply, type Supply } from './read-supply.ts';
import type { WardCount } from './siting-leavers.ts';
import { unreachedLearners } from './underserved.ts';
import type { Window } from './window.ts';

/** What a siting answer stands on; kept while a planner drags stops about, so that only the stops change. */
export type SitingBasis = {
  id: string;
  as_of: string | null;
  lag_ms: number;
  grid: GridInForce;
  supply: Supply;
  /** Learners and residents of every ward by home; `learners` null where hidden or unknown. */
  wards: readonly WardCount[];
  /** Learners per resident over the wards whose figures are known. */
  city_share: number | null;
  /** Learners missing to the city's rate by ward code; wards without a known figure are not among them. */
  unreached: ReadonlyMap<string, number>;
  /** What was computed from it before, by name: weights of cells, and cells within reach of what exists. */
  memo: Map<string, Float64Array | Uint8Array>;
};

export type BasisRequest = {
  window: Window;
  source: Source | undefined;
  group: LearnerGroup | undefined;
  programme: string | undefined;
  /** Figures about fewer learners than this are hidden from who asks. */
  k: number;
};

/** Bases kept at once; the one used the longest ago goes first. */
const MOST_BASES = 32;

/** Bases by the name that answers carry. */
export class SitingBases {
  readonly #bases = new Map<string, SitingBasis>();

  /** The basis of that name, if it is kept and was read for the same request (and the same right to see small counts). */
  find(id: string | undefined, request: BasisRequest): SitingBasis | undefined {
    const basis = id === undefined ? undefined : this.#bases.get(id);
    if (!basis?.id.startsWith(`${keyOf(request)}-`)) return undefined;
    this.#keep(basis);
    return basis;
  }

  /**
   * The basis as the store is now. Figures come from the coverage that the same role is shown, so an answer holds nothing
   * of a ward whose figures are hidden. Equal figures are one basis, with what was already computed from it.
   */
  async read(
    services: Services,
    request: BasisRequest,
    times: Pick<SitingBasis, 'as_of' | 'lag_ms'>,
  ): Promise<SitingBasis> {
    const asked = { ...request, level: 'ward', division: '2025', basis: undefined } as const;
    const version = services.live.versionBefore(request.window.to_ms);
    const [grid, supply, coverage] = await Promise.all([
      services.residents.get(),
      readSupply(services, request.window),
      services.answers.get(`siting ${JSON.stringify(asked)}`, version, () =>
        readCoverage(services.store, services.geography, asked),
      ),
    ]);
    const wards = coverage.areas.map(
      ({ code, learners, population, fallback_share }): WardCount => ({
        code,
        learners,
        residents: population,
        fallback: (learners ?? 0) * (fallback_share ?? 0),
      }),
    );
    const content = createHash('sha256')
      .update(JSON.stringify([grid.version, supply, wards]))
      .digest('hex');
    const id = `${keyOf(request)}-${content.slice(0, 16)}`;
    const known = this.#bases.get(id);
    const basis = known
      ? { ...known, ...times }
      : { id, grid, supply, wards, memo: new Map(), ...times, ...rates(wards) };
    this.#keep(basis);
    return basis;
  }

  #keep(basis: SitingBasis): void {
    this.#bases.delete(basis.id);
    this.#bases.set(basis.id, basis);
    const oldest = this.#bases.keys().next();
    if (this.#bases.size > MOST_BASES && !oldest.done) this.#bases.delete(oldest.value);
  }
}

function keyOf(request: BasisRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 12);
}

function rates(wards: readonly WardCount[]): Pick<SitingBasis, 'city_share' | 'unreached'> {
  const bayes = empiricalBayes(wards);
  const missing = unreachedLearners(wards, bayes);
  const known = wards.flatMap(({ code }, i): [string, number][] => {
    const learners = missing[i] ?? null;
    return learners === null ? [] : [[code, learners]];
  });
  return { city_share: bayes.city_share, unreached: new Map(known) };
}
