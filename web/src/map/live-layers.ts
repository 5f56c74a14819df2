import type { Layer } from '@deck.gl/core';
import type { EventSeen, VehicleMoved } from '../../../server/contract/live.ts';
import { pointsLayer } from './layers/points.ts';
import { drawVehicle, type Vehicle, vehiclesLayer } from './layers/vehicles.ts';
import { alive, type LivePoint, POINT_LIFE_MS, withSeen } from './live-points.ts';
import type { Palette } from './palette.ts';

/** Fading needs no more pictures a second than this, and each one redraws the map. */
const FRAME_MS = 50;

/** The two layers that move by themselves. One animation loop, and only while points are alive. */
export class LiveLayers {
  readonly #still: boolean;
  readonly #changed: (layers: Layer[]) => void;
  readonly #vehicles = new Map<string, Vehicle>();
  #palette: Palette;
  #atlas: ImageData;
  #points: LivePoint[] = [];
  #frame: number | null = null;
  #timer: number | null = null;
  #drawn_at = 0;

  /** `still`: no animation, for people who asked for none. `changed` gets the layers that are new. */
  constructor(palette: Palette, still: boolean, changed: (layers: Layer[]) => void) {
    this.#palette = palette;
    this.#atlas = drawVehicle(palette);
    this.#still = still;
    this.#changed = changed;
  }

  seen({ points }: EventSeen): void {
    // A hidden page gets no frames: points would pile up and all appear at once.
    if (document.hidden) return;
    this.#points = withSeen(this.#points, points, performance.now());
    if (this.#still) this.#showStill();
    else this.#frame ??= requestAnimationFrame((now) => this.#animate(now));
  }

  vehiclesMoved({ vehicles }: VehicleMoved): void {
    for (const vehicle of vehicles) this.#vehicles.set(vehicle[0], vehicle);
    this.#changed([vehiclesLayer([...this.#vehicles.values()], this.#atlas)]);
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#atlas = drawVehicle(palette);
    if (this.#vehicles.size > 0) this.vehiclesMoved({ vehicles: [] });
  }

  stop(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#timer !== null) window.clearTimeout(this.#timer);
  }

  #animate(now: number): void {
    if (now - this.#drawn_at >= FRAME_MS) {
      this.#drawn_at = now;
      const living = alive(this.#points, now);
      // The same array as long as nobody was born or died: only colours and sizes are sent then.
      if (living.length !== this.#points.length) this.#points = living;
      this.#changed([pointsLayer(this.#points, now, this.#palette, false)]);
    }
    this.#frame = this.#points.length > 0 ? requestAnimationFrame((next) => this.#animate(next)) : null;
  }

  #showStill(): void {
    const now = performance.now();
    this.#points = alive(this.#points, now);
    this.#changed([pointsLayer(this.#points, now, this.#palette, true)]);
    if (this.#timer !== null || this.#points.length === 0) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = null;
      this.#showStill();
    }, POINT_LIFE_MS);
  }
}
