import { createStore } from '../store.ts';

/** A planned stop as the map draws it. */
export type MapStop = {
  /** Its plan and place: `A1`. */
  label: string;
  lon: number;
  lat: number;
  /** Of the plan that is worked on: it can be dragged and has its reach drawn. */
  active: boolean;
  selected: boolean;
};

/** What the map tells whoever plans; `at` is the place among the active stops, from 0. */
export type StopEvents = {
  moving: (at: number, lon: number, lat: number) => void;
  moved: (at: number, lon: number, lat: number) => void;
  picked: (at: number) => void;
};

/** The stops on the map: the siting panel puts them here, and takes them away when it goes. */
export const stopsStore = createStore<{
  stops: readonly MapStop[];
  /** Radius of the circle that is within reach, metres in a straight line. */
  radius_m: number;
  on: StopEvents | null;
}>({ stops: [], radius_m: 0, on: null });
