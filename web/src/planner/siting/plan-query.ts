import { LEARNER_GROUPS, type LearnerGroup } from '../../../../server/contract/event.ts';
import type { SitingRequest } from '../../../../server/contract/siting.ts';
import type { CoverageQuestion } from '../../api/queries.ts';
import type { PlanName, SitingView, Stop } from '../../siting-url.ts';

/** Names of a plan's stops: `A1`, `A2` … */
export function stopLabel(plan: PlanName, at: number): string {
  return `${plan.toUpperCase()}${at + 1}`;
}

/** The other of the two plans. */
export function otherPlan(plan: PlanName): PlanName {
  return plan === 'a' ? 'b' : 'a';
}

/** What all questions about a plan share: window, filters, reach and weight. */
function frame({ bounds, source, group, programme }: CoverageQuestion, siting: SitingView): SitingRequest {
  // A weight that is a group brings its own filter; another one beside it would ask for nobody.
  const ofGroup = (LEARNER_GROUPS as readonly string[]).includes(siting.weight);
  return {
    from: bounds.from,
    to: bounds.to,
    reach_m: siting.reach_m,
    weight: siting.weight,
    ...(source ? { source } : {}),
    ...(group && !ofGroup ? { group: group as LearnerGroup } : {}),
    ...(programme ? { programme } : {}),
  };
}

function candidatesOf({ from, points, within }: SitingView): SitingRequest {
  return {
    ...(from === 'cells'
      ? { candidates: 'cells' as const }
      : from === 'points'
        ? { candidates: 'points' as const, points: points.map(({ lon, lat }) => ({ lon, lat })) }
        : { candidates: 'places' as const, place_kinds: [from] }),
    ...(within ? { area: within } : {}),
  };
}

const named = (plan: PlanName, stops: readonly Stop[]) =>
  stops.map(({ lon, lat }, at) => ({ id: stopLabel(plan, at), lon, lat }));

/** Choose stops anew. */
export function chooseRequest(question: CoverageQuestion, siting: SitingView): SitingRequest {
  return { ...frame(question, siting), ...candidatesOf(siting), count: siting.count };
}

/** What given stops change, and how they differ from those of the other plan where there are any. */
export function figuresRequest(
  question: CoverageQuestion,
  siting: SitingView,
  stops: readonly Stop[],
): SitingRequest {
  const other = otherPlan(siting.on);
  const against = siting[other];
  return {
    ...frame(question, siting),
    fixed: named(siting.on, stops),
    ...(against.length > 0 ? { against: named(other, against) } : {}),
  };
}

/** Why every other ward has no stop. */
export function reasonsRequest(
  question: CoverageQuestion,
  siting: SitingView,
  stops: readonly Stop[],
): SitingRequest {
  return {
    ...frame(question, siting),
    ...candidatesOf(siting),
    fixed: named(siting.on, stops),
    why: true,
  };
}
