import { PathLayer } from '@deck.gl/layers';
import type { Rgba } from '../color.ts';
import type { MapVehicle } from '../fleet.ts';
import type { Palette } from '../palette.ts';

const HOUR_MS = 60 * 60_000;
/** How strong a trail is where the vehicle is now, and an hour ago, out of 255. */
const STRONGEST = 210;
const FAINTEST = 30;

const WIDTH_PX = 2.5;
/** A rim in the colour of the ground, so that a trail is seen on a dark ward too. */
const RIM_PX = 5.5;

type Trail = { path: [number, number][]; colours: Rgba[]; width_px: number };

/** The way of a vehicle in the last hour up to where it is, fading with age; none where it stayed at one place. */
function trailOf(
  { trail, lon, lat, at }: MapVehicle,
  [red, green, blue]: Rgba,
  width_px: number,
  now: number,
): Trail[] {
  const points = [...trail.filter(([, , when]) => when > now - HOUR_MS), [lon, lat, at] as const];
  if (points.length < 2 || at <= now - HOUR_MS) return [];
  const strength = (when: number) => {
    const age = Math.min(1, Math.max(0, (now - when) / HOUR_MS));
    return Math.round(STRONGEST - age * (STRONGEST - FAINTEST));
  };
  return [
    {
      path: points.map(([x, y]) => [x, y]),
      colours: points.map(([, , when]) => [red, green, blue, strength(when)]),
      width_px,
    },
  ];
}

/** Where mobile libraries were in the last hour. */
export function vehicleTrailsLayer(
  vehicles: readonly MapVehicle[],
  { rgba }: Palette,
  now: number,
): PathLayer<Trail> {
  const lines = (colour: Rgba, width_px: number) =>
    vehicles.flatMap((vehicle) => trailOf(vehicle, colour, width_px, now));
  return new PathLayer<Trail>({
    id: 'vehicle-trails',
    data: [...lines(rgba['map-point-ring'], RIM_PX), ...lines(rgba['source-mobile'], WIDTH_PX)],
    getPath: ({ path }) => path,
    getColor: ({ colours }) => colours,
    getWidth: ({ width_px }) => width_px,
    widthUnits: 'pixels',
    jointRounded: true,
    capRounded: true,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
}
