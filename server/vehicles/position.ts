import { type Bbox, CITY_BBOX } from '../../geo/types.ts';
import { FIX_FLAGS, type FixFlag } from '../contract/vehicle.ts';

/** What a device says of one moment. */
export type Fix = {
  /** When it was measured, epoch milliseconds. */
  at: number;
  /** Degrees, WGS 84. */
  lon: number;
  lat: number;
  speed_kmh: number | null;
  /** Degrees clockwise from north, 0 to 360. */
  heading: number | null;
  /** Metres. */
  accuracy_m: number | null;
  /** Percent. */
  battery: number | null;
  /** Bit set over FIX_FLAGS. */
  flags: number;
  /** Of two fixes of one moment the greater one stands. */
  preference: number;
};

/** A fix of one vehicle as it is stored. */
export type Position = Fix & {
  source_id: string;
  /** Epoch milliseconds; set when the batch is written. */
  received_at: number;
};

/** A fix worse than this says too little about where a vehicle is, metres. */
const IMPRECISE_M = 200;
/** Room about the city's box, degrees (about 20 km): a library visits the neighbours now and then. */
const MARGIN_DEG = 0.2;
const BOX: Bbox = [
  CITY_BBOX[0] - MARGIN_DEG,
  CITY_BBOX[1] - MARGIN_DEG,
  CITY_BBOX[2] + MARGIN_DEG,
  CITY_BBOX[3] + MARGIN_DEG,
];

/** Bit set of flags, as stored. */
export function fixMask(flags: readonly FixFlag[]): number {
  return flags.reduce((mask, flag) => mask | (1 << FIX_FLAGS.indexOf(flag)), 0);
}

/** The flags of a bit set. */
export function fixFlags(mask: number): FixFlag[] {
  return FIX_FLAGS.filter((_, bit) => mask & (1 << bit));
}

/** The device said that it stands, and says nothing more until it moves. */
export const STILL = fixMask(['still']);
const UNUSABLE = fixMask(['outside', 'imprecise', 'invalid']);

/** Whether a fix may speak of where the vehicle is, as far as it can be told from the fix alone. */
export function isUsable({ flags }: Pick<Fix, 'flags'>): boolean {
  return (flags & UNUSABLE) === 0;
}

/** A fix with the flags and the preference that follow from it; `said` are the device's own. */
export function judged(
  fix: Omit<Fix, 'flags' | 'preference'>,
  said: { invalid: boolean; still: boolean },
): Fix {
  const flags: FixFlag[] = [];
  const [west, south, east, north] = BOX;
  if (fix.lon < west || fix.lon > east || fix.lat < south || fix.lat > north) flags.push('outside');
  if (fix.accuracy_m !== null && fix.accuracy_m > IMPRECISE_M) flags.push('imprecise');
  if (said.invalid) flags.push('invalid');
  if (said.still) flags.push('still');
  const mask = fixMask(flags);
  return { ...fix, flags: mask, preference: preferenceOf(fix, mask) };
}

/** Accuracies are told apart to a millimetre and kept under this, so that a preference is an exact number. */
const ACCURACY_STEPS = 2_000_000;
const HASH_STEPS = 2 ** 32;

/**
 * The more accurate fix first; among equals the content decides, by a hash, so that the order of arrival never does.
 * Under 2^53.
 */
function preferenceOf(fix: Omit<Fix, 'flags' | 'preference'>, flags: number): number {
  const worse = Math.min(ACCURACY_STEPS, Math.round((fix.accuracy_m ?? IMPRECISE_M) * 1000));
  const { lon, lat, speed_kmh, heading, battery } = fix;
  return (
    (ACCURACY_STEPS - worse) * HASH_STEPS + fnv1a([lon, lat, speed_kmh, heading, battery, flags].join('|'))
  );
}

/** FNV-1a, 32 bits (Fowler, Noll and Vo). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Columns of `position_log` in the order `encodePositions` writes them. */
export const POSITION_COLUMNS = [
  'source_id',
  'at',
  'received_at',
  'lon',
  'lat',
  'speed_kmh',
  'heading',
  'accuracy_m',
  'battery',
  'flags',
  'preference',
] as const satisfies readonly (keyof Position)[];

/** Positions as TabSeparated text in the order of POSITION_COLUMNS; a source id has no character to escape. */
export function encodePositions(positions: readonly Position[]): Buffer {
  const nullable = (value: number | null) => value ?? '\\N';
  const lines = positions.map(
    (one) =>
      `${one.source_id}\t${(one.at / 1000).toFixed(3)}\t${(one.received_at / 1000).toFixed(3)}\t${one.lon}\t${one.lat}\t` +
      `${nullable(one.speed_kmh)}\t${nullable(one.heading)}\t${nullable(one.accuracy_m)}\t${nullable(one.battery)}\t` +
      `${one.flags}\t${one.preference}\n`,
  );
  return Buffer.from(lines.join(''));
}
