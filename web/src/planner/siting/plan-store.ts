import type { Siting } from '../../../../server/contract/siting.ts';
import type { Stop } from '../../siting-url.ts';
import { createStore, useStore } from '../../store.ts';

/** What is known of the plan in work. */
export type PlanState = {
  /** What its stops change, as they stand now; kept while newer figures are on their way. */
  figures: Siting | null;
  /** Why every other ward has no stop, as of the last time that no stop was moving. */
  reasons: Siting['not_chosen'] | null;
  /** A stop under the finger, before it is let go. */
  draft: { at: number; stop: Stop } | null;
  /** The stop that arrow keys move, from 0. */
  selected: number | null;
  choosing: boolean;
  /** Candidates there were to choose from, when the service chose last; null before. */
  candidates: number | null;
  error: Error | null;
};

/** The plan in work: the panel keeps it, the map, the ward's card and the page to print read it. */
export const planStore = createStore<PlanState>({
  figures: null,
  reasons: null,
  draft: null,
  selected: null,
  choosing: false,
  candidates: null,
  error: null,
});

/** A part of the plan in work, for a component. */
export function usePlan<P>(part: (plan: PlanState) => P): P {
  return useStore(planStore, part);
}
