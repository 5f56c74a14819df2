import type { Source } from '../server/contract/event.ts';
import type { SourceInput, SourceKind } from '../server/contract/source.ts';
import { courseTitles, ID_PREFIX, placeName } from './names.ts';
import { apportion } from './people.ts';
import { AliasTable, type Rng } from './random.ts';
import type { Service, SimWard } from './wards.ts';

/** A source of events: a centre, a mobile library or an online course. */
export type Place = {
  source_id: string;
  source: Source;
  kind: SourceKind;
  name: string;
  /** Index in the city's wards; −1 for vehicles and courses, which have no registered place. */
  ward: number;
  lon: number | null;
  lat: number | null;
  seats: number | null;
  /** As OpenStreetMap writes them; null for vehicles and courses. */
  hours: string | null;
  computers: number | null;
  internet: boolean | null;
  /** Its software sends point and ward with every event; the others leave both to their registration. */
  sends_location: boolean;
  /** Share of its attendances reported as a class, a headcount without ids. */
  class_share: number;
  /** Keeps a paper list and types it in the same evening. */
  reports_in_evening: boolean;
};

export const CENTRE_COUNT = 300;
export const COURSE_COUNT = 60;
const MAX_CENTRES_IN_WARD = 6;
/** A point stays this far inside the ward's circle, so that it lies in the real ward too, nearly always. */
const MAX_OFFSET_OF_RADIUS = 0.3;
const MAX_OFFSET_KM = 1.2;

type CentreKind = keyof typeof ID_PREFIX;

type KindFacts = { share: number; seats: [low: number, high: number]; hours: readonly string[] };
const KINDS: Readonly<Record<CentreKind, KindFacts>> = {
  centre: {
    share: 34,
    seats: [30, 120],
    hours: [
      'Mo-Fr 08:00-11:30,13:30-21:00; Sa,Su 08:00-20:00',
      'Mo-Sa 07:30-11:30,13:30-20:30; Su 08:00-17:00',
      'Mo-Fr 17:30-21:00; Sa,Su 08:00-17:00',
    ],
  },
  library: {
    share: 20,
    seats: [24, 90],
    hours: ['Tu-Su 08:00-20:00', 'Mo-Sa 08:00-17:00', 'Mo-Su 08:00-19:00'],
  },
  culture_house: {
    share: 20,
    seats: [40, 200],
    hours: ['Mo-Su 07:00-21:00', 'Mo-Fr 08:00-21:00; Sa,Su 07:00-21:30'],
  },
  school: {
    share: 15,
    seats: [60, 240],
    hours: ['Mo-Fr 17:30-21:00; Sa 07:30-16:30', 'Mo-Fr 18:00-21:00; Su 08:00-11:30'],
  },
  workplace: {
    share: 11,
    seats: [20, 80],
    hours: ['Mo-Sa 11:30-13:00,17:00-19:30', 'Mo-Fr 17:00-20:00; Su 08:00-11:30'],
  },
};
const KIND_NAMES = Object.keys(KINDS) as CentreKind[];

/** How many centres a thousand residents of a ward get, against a usual ward. */
const CENTRES_BY_SERVICE: Readonly<Record<Service, number>> = {
  central: 1.7,
  usual: 1,
  barely_served: 0,
  remote: 0.3,
};

/** Degrees rounded to about 0.1 m. */
export function roundDegrees(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** A point near the ward's own, well inside it. */
export function pointInWard(ward: SimWard, rng: Rng): { lon: number; lat: number } {
  const far_km = Math.min(ward.radius_km * MAX_OFFSET_OF_RADIUS, MAX_OFFSET_KM) * Math.sqrt(rng.float());
  const angle = 2 * Math.PI * rng.float();
  return {
    lon: roundDegrees(ward.lon + (far_km * Math.cos(angle)) / 109.3),
    lat: roundDegrees(ward.lat + (far_km * Math.sin(angle)) / 110.6),
  };
}

/** How many centres each ward has; they sum to CENTRE_COUNT. */
function centresPerWard(wards: readonly SimWard[], rng: Rng): number[] {
  const least = wards.map(({ service }): number =>
    service === 'barely_served' ? (rng.chance(0.5) ? 1 : 0) : 1,
  );
  const weights = wards.map((ward) => ward.population * CENTRES_BY_SERVICE[ward.service]);
  const counts = [...least];
  // The full wards pass their share on to the others.
  for (let left = CENTRE_COUNT - sum(counts); left > 0; left = CENTRE_COUNT - sum(counts)) {
    const open = weights.map((weight, i) => ((counts[i] as number) < MAX_CENTRES_IN_WARD ? weight : 0));
    if (sum(open) === 0) throw new Error(`${wards.length} wards cannot hold ${CENTRE_COUNT} centres`);
    apportion(open, left).forEach((more, i) => {
      counts[i] = Math.min(MAX_CENTRES_IN_WARD, (counts[i] as number) + more);
    });
  }
  return counts;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The city's centres of all kinds, ward by ward; the first of a ward is its community learning centre. */
export function drawCentres(wards: readonly SimWard[], rng: Rng): Place[] {
  const kinds = new AliasTable(KIND_NAMES.map((kind) => KINDS[kind].share));
  const counts = centresPerWard(wards, rng);
  return wards.flatMap((ward, index) => {
    const seen = new Map<CentreKind, number>();
    return Array.from({ length: counts[index] as number }, (_, i): Place => {
      const kind: CentreKind = i === 0 ? 'centre' : (KIND_NAMES[kinds.pick(rng)] as CentreKind);
      const n = (seen.get(kind) ?? 0) + 1;
      seen.set(kind, n);
      const { seats, hours } = KINDS[kind];
      const tiny = ward.service === 'barely_served';
      const size = tiny ? rng.between(8, 16) : rng.between(seats[0], seats[1]);
      return {
        source_id: `${ID_PREFIX[kind]}-${ward.code}-${String(n).padStart(2, '0')}`,
        source: 'centre',
        kind,
        name: placeName(kind, ward.ward.name, n, rng),
        ward: index,
        ...pointInWard(ward, rng),
        seats: size,
        hours: tiny ? 'Mo-Fr 17:30-20:30' : rng.pick(hours),
        computers: rng.chance(0.7) ? rng.between(2, Math.max(3, Math.round(size / 4))) : 0,
        internet: rng.chance(0.93),
        sends_location: rng.chance(0.7),
        class_share: rng.chance(0.15) ? 0.12 + 0.2 * rng.float() : 0,
        reports_in_evening: rng.chance(0.06),
      };
    });
  });
}

/** The online courses: no place, no hours. */
export function drawCourses(): Place[] {
  const titles = courseTitles();
  if (titles.length !== COURSE_COUNT)
    throw new Error(`${titles.length} course titles: ${COURSE_COUNT} are needed`);
  return titles.map((name, i) => ({
    ...PLACELESS,
    source_id: `mooc-${String(i + 1).padStart(2, '0')}`,
    source: 'online_course',
    kind: 'course',
    name,
    seats: null,
    sends_location: false,
  }));
}

/** What vehicles and courses have in common. */
export const PLACELESS = {
  ward: -1,
  lon: null,
  lat: null,
  hours: null,
  computers: null,
  internet: null,
  class_share: 0,
  reports_in_evening: false,
} as const;

/** A place as `PUT /api/v1/sources/ID` takes it; `wardCode` gives the code of an index in the city's wards. */
export function sourceInput(place: Place, wardCode: (index: number) => string): SourceInput {
  const { source, name, kind, lon, lat, seats, hours, computers, internet } = place;
  const ward = place.ward < 0 ? null : wardCode(place.ward);
  return { source, name, kind, lon, lat, ward, seats, hours, computers, internet };
}
