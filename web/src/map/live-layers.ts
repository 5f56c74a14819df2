import type { Layer } from '@deck.gl/core';
import type { EventSeen } from '../../../server/contract/live.ts';
import type { Fleet } from './fleet.ts';
import { pointsLayer } from './layers/points.ts';
import { vehicleTrailsLayer } from './layers/vehicle-trails.ts';
import { drawVehicle, vehiclesLayer } from './layers/vehicles.ts';
import { alive, type LivePoint, POINT_LIFE_MS, withSeen } from './live-points.ts';
import type { Palette } from './palette.ts';

/** Fading needs no more pictures a second than this, and each one redraws the map. */
const FRAME_MS = 50;
/** How often vehicles are drawn again for their age alone. */
const AGE_MS = 30_000;

/** The layers that move by themselves. One animation loop, and only while points are alive. */
export class LiveLayers {
  readonly #still: boolean;
  readonly #magnified: number;
  readonly #changed: (layers: Layer[]) => void;
  readonly #ageing: number;
  #fleet: Fleet = new Map();
  #palette: Palette;
  #atlas: ImageData;
  #points: LivePoint[] = [];
  #frame: number | null = null;
  #timer: number | null = null;
  #drawn_at = 0;

  /**
   * `still`: no animation, for people who asked for none. `magnified`: how much larger everything is drawn. `changed`
   * gets the layers that are new.
   */
  constructor(palette: Palette, still: boolean, magnified: number, changed: (layers: Layer[]) => void) {
    this.#magnified = magnified;
    this.#palette = palette;
    this.#atlas = drawVehicle(palette);
    this.#still = still;
    this.#changed = changed;
    this.#ageing = window.setInterval(() => this.#drawFleet(), AGE_MS);
  }

  seen({ points }: EventSeen): void {
    // A hidden page gets no frames: points would pile up and all appear at once.
    if (document.hidden) return;
    this.#points = withSeen(this.#points, points, performance.now());
    if (this.#still) this.#showStill();
    else this.#frame ??= requestAnimationFrame((now) => this.#animate(now));
  }

  /** Where the mobile libraries are: the same two layers get other data. */
  setFleet(fleet: Fleet): void {
    if (fleet === this.#fleet) return;
    this.#fleet = fleet;
    this.#drawFleet();
  }

  setPalette(palette: Palette): void {
    this.#palette = palette;
    this.#atlas = drawVehicle(palette);
    this.#drawFleet();
  }

  stop(): void {
    window.clearInterval(this.#ageing);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#timer !== null) window.clearTimeout(this.#timer);
  }

  #drawFleet(): void {
    if (this.#fleet.size === 0) return;
    const vehicles = [...this.#fleet.values()];
    const now = Date.now();
    this.#changed([
      vehicleTrailsLayer(vehicles, this.#palette, now),
      vehiclesLayer(vehicles, this.#atlas, now, this.#magnified),
    ]);
  }

  #animate(now: number): void {
    if (now - this.#drawn_at >= FRAME_MS) {
      this.#drawn_at = now;
      const living = alive(this.#points, now);
      // The same array as long as nobody was born or died: only colours and sizes are sent then.
      if (living.length !== this.#points.length) this.#points = living;
      this.#changed([pointsLayer(this.#points, now, this.#palette, false, this.#magnified)]);
    }
    this.#frame = this.#points.length > 0 ? requestAnimationFrame((next) => this.#animate(next)) : null;
  }

  #showStill(): void {
    const now = performance.now();
    this.#points = alive(this.#points, now);
    this.#changed([pointsLayer(this.#points, now, this.#palette, true, this.#magnified)]);
    if (this.#timer !== null || this.#points.length === 0) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = null;
      this.#showStill();
    }, POINT_LIFE_MS);
  }
}
