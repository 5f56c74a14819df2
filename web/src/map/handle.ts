import type { Bbox } from './geometry.ts';

/** What other parts of the page may ask of the map. */
export type MapHandle = {
  showBox: (box: Bbox, gently?: boolean) => void;
  showCity: () => void;
  zoomBy: (steps: number) => void;
  /** Hands over the map's canvas while it holds a whole picture. */
  picture: (take: (canvas: HTMLCanvasElement) => void) => void;
};

/** The map on show; null while there is none (table view, still loading). */
export const mapHandle: { current: MapHandle | null } = { current: null };
