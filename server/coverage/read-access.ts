import type { Services } from '../services.ts';
import { access, meanByWard, withinReach } from './access.ts';
import type { Points } from './nearby.ts';
import { readSupply } from './read-supply.ts';
import type { SupplyPoint } from './supply.ts';
import type { Window } from './window.ts';

/** How far "within reach" is in `within_1km`, metres of way. */
const WITHIN_M = 1000;

/** What residents have near them, by ward code of division 2025; wards without residents are not among them. */
export type WardAccess = {
  /** Seat-hours a week per 1,000 residents, E2SFCA, mean over the ward's residents. */
  access: ReadonlyMap<string, number>;
  /** Share of the residents within 1 km (straight × 1.3) of a place open 2 h a week or a stop served 30 min in 14 days. */
  within_1km: ReadonlyMap<string, number>;
  /** Wards whose residents are spread by guess: their figures are shown as doubtful and not ranked. */
  low_quality: ReadonlySet<string>;
};

/** Access of every ward in a window: from registered places and from the stops of mobile libraries in it. */
export async function readAccess(services: Services, window: Window): Promise<WardAccess> {
  const [{ grid, nearby }, { points }] = await Promise.all([
    services.residents.get(),
    readSupply(services, window),
  ]);
  const offers = { ...columns(points), seat_hours_week: points.map((point) => point.seat_hours_week) };
  const perResident = access(grid, offers, nearby);
  const serving = columns(points.filter((point) => point.serves));
  return {
    access: meanByWard(
      grid,
      perResident.map((seat_hours) => 1000 * seat_hours),
    ),
    within_1km: meanByWard(grid, withinReach(grid, serving, WITHIN_M, nearby)),
    low_quality: new Set(grid.wards.filter((ward) => ward.quality === 'low').map((ward) => ward.code)),
  };
}

/** Places as two columns. */
export function columns(points: readonly Pick<SupplyPoint, 'lon' | 'lat'>[]): Points {
  return {
    lon: Float64Array.from(points, (point) => point.lon),
    lat: Float64Array.from(points, (point) => point.lat),
  };
}
