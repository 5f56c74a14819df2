import type { Division, Ward } from '../geo/types.ts';
import type { Rng } from './random.ts';

/** How a ward is served: what the map is there to show. */
export type Service = 'central' | 'usual' | 'barely_served' | 'remote';

/** A ward with what the simulator needs of it. */
export type SimWard = {
  ward: Ward;
  code: string;
  population: number;
  density_per_km2: number;
  lon: number;
  lat: number;
  /** Radius of the circle of the ward's km². */
  radius_km: number;
  service: Service;
  /** How often people here take part, 1 is usual. */
  propensity: number;
  /** Share of people here who take part at all. */
  reach: number;
  /** Indexes of the nearest wards, nearest first, with the distance. */
  near: readonly { index: number; distance_km: number }[];
};

/** Dense wards left nearly without a centre; five groups of three neighbours, so that cold spots form. */
export const BARELY_SERVED_GROUPS = 5;
const GROUP_SIZE = 3;
/** Sparse wards that few people of take part. */
const REMOTE_WARDS = 8;
/** Crowded and large, as the wards of workers who came from elsewhere are. */
const CROWDED = { density_per_km2: 4500, population: 110_000 };
/** Denser than this is the old centre, which everything is close to. */
const CENTRAL_DENSITY_PER_KM2 = 28_000;
const SPARSE_DENSITY_PER_KM2 = 900;
const NEAR_COUNT = 8;

/** Kilometres between two points, on a plane tangent at the city (about 11° N): off by under 1 % within it. */
export function distanceKm(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const dx = (a.lon - b.lon) * 109.3;
  const dy = (a.lat - b.lat) * 110.6;
  return Math.hypot(dx, dy);
}

/** The wards of a division with an honest inequality drawn over them. Throws where a ward has no residents, km² or point. */
export function describeWards(division: Division, rng: Rng): SimWard[] {
  const bare = division.wards.map(measured);
  const wards = bare.map((ward) => ({ ...ward, near: nearest(ward, bare) }));
  const services = drawServices(wards, rng);
  return wards.map((ward, i) => {
    const service = services[i] as Service;
    return { ...ward, service, ...drawParticipation(service, rng) };
  });
}

type Measured = Omit<SimWard, 'service' | 'propensity' | 'reach' | 'near'>;

function measured(ward: Ward): Measured {
  const { code, population, area_km2, lon, lat } = ward;
  if (population === null || area_km2 === null || lon === null || lat === null) {
    throw new Error(
      `ward ${code} of the division has no residents, km² or point: the city cannot be drawn over it`,
    );
  }
  return {
    ward,
    code,
    population,
    density_per_km2: population / area_km2,
    lon,
    lat,
    radius_km: Math.sqrt(area_km2 / Math.PI),
  };
}

function nearest(of: Measured, wards: readonly Measured[]): SimWard['near'] {
  return wards
    .map((ward, index) => ({ index, distance_km: distanceKm(of, ward) }))
    .filter(({ index }) => wards[index] !== of)
    .sort((a, b) => a.distance_km - b.distance_km)
    .slice(0, NEAR_COUNT);
}

/** Chooses who is barely served (groups of crowded neighbours), remote, central; the rest is usual. */
function drawServices(wards: readonly Measured[], rng: Rng): Service[] {
  const services: Service[] = wards.map((ward) =>
    ward.density_per_km2 >= CENTRAL_DENSITY_PER_KM2 ? 'central' : 'usual',
  );
  const isOpen = (i: number) => services[i] === 'usual';
  const all = wards.map((_, i) => i);
  const crowded = all.filter((i) => {
    const ward = wards[i] as Measured;
    return (
      isOpen(i) && ward.density_per_km2 >= CROWDED.density_per_km2 && ward.population >= CROWDED.population
    );
  });
  for (let group = 0; group < BARELY_SERVED_GROUPS; group++) {
    const free = crowded.filter(isOpen);
    if (free.length === 0) break;
    const first = wards[rng.pick(free)] as Measured;
    const byDistance = free.sort(
      (a, b) => distanceKm(first, wards[a] as Measured) - distanceKm(first, wards[b] as Measured),
    );
    for (const index of byDistance.slice(0, GROUP_SIZE)) services[index] = 'barely_served';
  }
  const sparse = all.filter(
    (i) => (wards[i] as Measured).density_per_km2 < SPARSE_DENSITY_PER_KM2 && isOpen(i),
  );
  for (const index of rng.shuffle(sparse).slice(0, REMOTE_WARDS)) services[index] = 'remote';
  return services;
}

function drawParticipation(service: Service, rng: Rng): { propensity: number; reach: number } {
  const spread = Math.exp(rng.normal() * 0.18);
  switch (service) {
    case 'central':
      return { propensity: 1.5 * spread, reach: 0.86 + 0.12 * rng.float() };
    case 'usual':
      return { propensity: spread, reach: 0.55 + 0.3 * rng.float() };
    case 'barely_served':
      return { propensity: 0.13 * spread, reach: 0.08 + 0.08 * rng.float() };
    case 'remote':
      return { propensity: 0.3 * spread, reach: 0.16 + 0.14 * rng.float() };
  }
}
