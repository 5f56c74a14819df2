import type { Camera } from '../url-state.ts';
import type { Bbox } from './geometry.ts';

/** What other parts of the page may ask of the map. */
export type MapHandle = {
  showBox: (box: Bbox, gently?: boolean) => void;
  /** Goes to a box, in sight or not. */
  goTo: (box: Bbox) => void;
  showCity: () => void;
  zoomBy: (steps: number) => void;
  /** Goes to a point unless it is in sight. */
  showPoint: (lon: number, lat: number) => void;
  /** Goes to a mobile library and says what is known of it. */
  showVehicle: (source_id: string) => void;
  /** Where it looks now. */
  readonly camera: Camera;
  /** Looks where another map looks. */
  follow: (camera: Camera) => void;
  /** Hands over the map's canvas while it holds a whole picture. */
  picture: (take: (canvas: HTMLCanvasElement) => void) => void;
};

/** The map on show; null while there is none (table view, still loading). */
export const mapHandle: { current: MapHandle | null } = { current: null };
