import { useEffect, useMemo, useRef } from 'react';
import type { Siting, SitingRequest } from '../../../../server/contract/siting.ts';
import { sendJson } from '../../api/send.ts';
import { useQuestion } from '../../figures/use-figures.ts';
import { DETOUR } from '../../map/detour.ts';
import { type Bbox, bboxOf } from '../../map/geometry.ts';
import { mapHandle } from '../../map/handle.ts';
import { stopsStore } from '../../map/stops-store.ts';
import { rounded, type SitingView, type Stop } from '../../siting-url.ts';
import { setView, useView, viewStore } from '../../state.ts';
import { latestOnly } from './latest.ts';
import { chooseRequest, figuresRequest, otherPlan, reasonsRequest, stopLabel } from './plan-query.ts';
import { planStore, usePlan } from './plan-store.ts';

/** How long stops stand still before it is asked why other wards have none, ms. */
const SETTLED_MS = 350;

/** Figures stay as they were first read while stops are moved about: the service names them. */
let basis: string | null = null;

async function ask(body: SitingRequest): Promise<Siting> {
  const answer = await sendJson<Siting>('POST', 'siting', { ...body, ...(basis ? { basis } : {}) });
  basis = answer.basis;
  return answer;
}

function failed(error: unknown): void {
  planStore.set({ error: error instanceof Error ? error : new Error(String(error)), choosing: false });
}

/** Changes the plan in the address. */
export function setSiting(patch: Partial<SitingView>, how: 'push' | 'replace' = 'push'): void {
  setView({ siting: { ...viewStore.get().siting, ...patch } }, how);
}

const askFigures = latestOnly(async (body: SitingRequest) => {
  const start = performance.now();
  try {
    const figures = await ask(body);
    // A plan that was left meanwhile has no figures.
    if (viewStore.get().mode === 'siting') planStore.set({ figures, error: null });
    // From a stop that moved to its figures: what a planner waits for while dragging.
    performance.measure('siting:figures', { start });
  } catch (error) {
    failed(error);
  }
});

/** The stops of the plan in work, the one under the finger where the finger is. */
export function useStops(): readonly Stop[] {
  const siting = useView((view) => view.siting);
  const draft = usePlan((plan) => plan.draft);
  return useMemo(
    () => siting[siting.on].map((stop, at) => (draft?.at === at ? draft.stop : stop)),
    [siting, draft],
  );
}

/** Puts a stop elsewhere for good. */
export function putStop(at: number, stop: Stop, how: 'push' | 'replace' = 'push'): void {
  const { siting } = viewStore.get();
  const { on, hand } = siting;
  const stops = siting[on].map((one, place) => (place === at ? rounded(stop) : one));
  setSiting({ [on]: stops, hand: hand.includes(on) ? hand : [...hand, on].sort() }, how);
}

const ABOUT_DEGREES = 0.02;

function around(stops: readonly Stop[]): Bbox {
  const [west, south, east, north] = bboxOf([stops.map(({ lon, lat }) => [lon, lat])]);
  return [west - ABOUT_DEGREES, south - ABOUT_DEGREES, east + ABOUT_DEGREES, north + ABOUT_DEGREES];
}

/** Asks the service to choose the stops of the plan in work. */
export function useChoose(): () => void {
  const question = useQuestion('ward');
  const latest = useRef(question);
  latest.current = question;
  const run = useRef(
    latestOnly(async (_: null) => {
      const { siting, mode } = viewStore.get();
      if (mode !== 'siting') return;
      planStore.set({ choosing: true, error: null });
      try {
        const { chosen } = await ask(chooseRequest(latest.current, siting));
        planStore.set({ choosing: false, candidates: chosen.candidates, selected: null });
        const now = viewStore.get();
        // Whoever asked for something else meanwhile is answered by the next run.
        if (now.mode !== 'siting' || now.siting !== siting) return;
        const stops = chosen.sites.map(rounded);
        // The whole city is on show: stops that stand close together would be one blot.
        if (now.camera === null && stops.length > 0) mapHandle.current?.goTo(around(stops));
        setSiting({ [siting.on]: stops, hand: siting.hand.filter((plan) => plan !== siting.on) }, 'replace');
      } catch (error) {
        failed(error);
      }
    }),
  );
  return useMemo(() => () => run.current(null), []);
}

/** What choosing depends on besides the figures; a plan that nobody touched by hand follows it. */
function settingsKey({ count, reach_m, weight, from, within, points, on }: SitingView): string {
  return JSON.stringify([on, count, reach_m, weight, from, within, from === 'points' ? points : 0]);
}

/** Chooses when the plan in work is empty, and anew when its settings change and nobody has moved a stop. */
function useChoosing(choose: () => void): void {
  const siting = useView((view) => view.siting);
  const { on, hand, from, points } = siting;
  const key = settingsKey(siting);
  const empty = siting[on].length === 0;
  const last = useRef<{ on: string; key: string } | null>(null);
  useEffect(() => {
    const before = last.current;
    last.current = { on, key };
    if (from === 'points' && points.length === 0) return;
    const first = before === null || before.on !== on;
    if (first ? empty : before.key !== key && !hand.includes(on)) choose();
  }, [on, key, empty, hand, from, points, choose]);
}

/** Keeps the figures of the plan in work and the stops on the map as the address and the finger have them. */
export function useSiting(): void {
  const question = useQuestion('ward');
  const siting = useView((view) => view.siting);
  const stops = useStops();
  const selected = usePlan((plan) => plan.selected);
  const moving = usePlan((plan) => plan.draft !== null);
  const choose = useChoose();
  useChoosing(choose);
  const body = stops.length === 0 ? null : figuresRequest(question, siting, stops);
  const key = JSON.stringify(body);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    if (body) askFigures(body);
    else planStore.set({ figures: null, reasons: null });
  }, [key]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    if (moving || stops.length === 0) return;
    let wanted = true;
    const timer = window.setTimeout(() => {
      ask(reasonsRequest(question, siting, stops)).then(
        ({ not_chosen, chosen }) =>
          wanted && planStore.set({ reasons: not_chosen, candidates: chosen.candidates }),
        (error: unknown) => wanted && failed(error),
      );
    }, SETTLED_MS);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [key, moving, siting.from, siting.within]);

  useEffect(() => {
    const other = otherPlan(siting.on);
    stopsStore.set({
      radius_m: siting.reach_m / DETOUR,
      stops: [
        ...siting[other].map((stop, at) => ({
          ...stop,
          label: stopLabel(other, at),
          active: false,
          selected: false,
        })),
        ...stops.map((stop, at) => ({
          ...stop,
          label: stopLabel(siting.on, at),
          active: true,
          selected: at === selected,
        })),
      ],
    });
  }, [siting, stops, selected]);

  useEffect(() => {
    stopsStore.set({
      on: {
        picked: (at) => planStore.set({ selected: at }),
        moving: (at, lon, lat) => planStore.set({ draft: { at, stop: { lon, lat } } }),
        moved: (at, lon, lat) => {
          putStop(at, { lon, lat });
          planStore.set({ draft: null });
        },
      },
    });
    return () => {
      // The page to print stands on the same figures; whoever comes back later gets those of then.
      if (viewStore.get().mode !== 'siting') basis = null;
      stopsStore.set({ stops: [], on: null });
      planStore.set({ figures: null, reasons: null, draft: null, selected: null, error: null });
    };
  }, []);
}
