import type { RejectReason } from '../contract/event.ts';
import { CITY_OFFSET_MS, DAY_MS, toCityIso } from '../contract/time.ts';
import { parseRfc3339 } from '../ingest/validate.ts';
import { type Fix, judged } from './position.ts';

/** Why a position is not taken. */
export type FixRefusal = { reason: RejectReason; detail: string };
/** One position of a request: the device it names ('' none), and the fix or why it is none. */
export type Report = { id: string } & ({ fix: Fix } | { refusal: FixRefusal });

const KMH_PER_KNOT = 1.852;
const KMH_PER_MS = 3.6;
const FUTURE_MS = 5 * 60_000;
/** Positions are taken until they are this old. */
export const OLDEST_FIX_MS = 90 * DAY_MS;
/** Numbers under this are seconds since 1970, from it on milliseconds: 1e11 s is the year 5138, 1e11 ms 1973. */
const MILLISECONDS_FROM = 1e11;

class Refused extends Error {
  readonly reason: RejectReason;
  constructor(reason: RejectReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/**
 * One position as query string or form, as Traccar Client up to 8, OsmAnd's online tracking and GPSLogger write it:
 * `id` (or `deviceid`), `lat`, `lon` (or `location=lat,lon`), `timestamp`, `speed`, `bearing` or `heading`,
 * `accuracy`, `batt`, `valid`, `mock`. Speed is in knots, as the protocol says; `speed_unit=ms` or `kmh` in the
 * address helps apps that know their own unit only. Without an accuracy `hdop` is one: OsmAnd writes metres there.
 */
export function readForm(form: URLSearchParams, now: number): Report {
  const id = form.get('id') ?? form.get('deviceid') ?? '';
  return report(id, () => {
    const [lat, lon] = form.get('location')?.split(',') ?? [form.get('lat'), form.get('lon')];
    return {
      at: timeOf(form.get('timestamp'), now),
      ...pointOf(lat, lon),
      speed_kmh: atLeast(0, scaled(form.get('speed'), speedUnit(form.get('speed_unit')))),
      heading: headingOf(form.get('bearing') ?? form.get('heading')),
      accuracy_m: atLeast(0, numberOf(form.get('accuracy')) ?? numberOf(form.get('hdop'))),
      battery: percentOf(numberOf(form.get('batt'))),
      invalid: /^(false|0)$/.test(form.get('valid') ?? '') || /^(true|1)$/.test(form.get('mock') ?? ''),
      still: false,
    };
  });
}

/**
 * Positions as JSON, as Traccar Client 9 writes them: `{"location": {…}, "device_id"}`, a list of those, or one with a
 * list of locations (its sending in batches). Speed is in m/s, the battery's level a share; −1 means unknown.
 * `fallback_id` is the device where the body names none.
 */
export function readJson(body: unknown, fallback_id: string, now: number): Report[] {
  const messages = Array.isArray(body) ? body : [body];
  return messages.flatMap((message) => {
    const { device_id, location } = fieldsOf(message);
    const id = typeof device_id === 'string' || typeof device_id === 'number' ? `${device_id}` : fallback_id;
    const locations = Array.isArray(location) ? location : [location];
    return locations.map((one) => report(id, () => readLocation(one, now)));
  });
}

type Reading = Omit<Fix, 'flags' | 'preference'> & { invalid: boolean; still: boolean };

function readLocation(location: unknown, now: number): Reading {
  const fields = fieldsOf(location);
  const coords = fieldsOf(fields.coords);
  const level = atLeast(0, numberOf(fieldsOf(fields.battery).level));
  return {
    at: timeOf(fields.timestamp, now),
    ...pointOf(coords.latitude, coords.longitude),
    speed_kmh: atLeast(0, scaled(coords.speed, KMH_PER_MS)),
    heading: headingOf(coords.heading),
    accuracy_m: atLeast(0, numberOf(coords.accuracy)),
    battery: percentOf(level === null ? null : level * 100),
    invalid: fields.mock === true,
    still: fields.is_moving === false,
  };
}

function report(id: string, read: () => Reading): Report {
  try {
    const { invalid, still, ...fix } = read();
    return { id, fix: judged(fix, { invalid, still }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { id, refusal: { reason: error.reason, detail: error.message } };
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A finite number, or text that is one; else null: apps fill what they do not know with '', '-' or NaN. */
function numberOf(value: unknown): number | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function scaled(value: unknown, factor: number): number | null {
  const number = numberOf(value);
  return number === null ? null : Math.round(number * factor * 10) / 10;
}

function atLeast(least: number, value: number | null): number | null {
  return value !== null && value >= least ? value : null;
}

function headingOf(value: unknown): number | null {
  const degrees = atLeast(0, numberOf(value));
  return degrees === null ? null : (Math.round(degrees * 10) % 3600) / 10;
}

function percentOf(value: number | null): number | null {
  return value === null || value < 0 || value > 100 ? null : Math.round(value);
}

function speedUnit(unit: string | null): number {
  if (unit === 'ms') return KMH_PER_MS;
  return unit === 'kmh' ? 1 : KMH_PER_KNOT;
}

/** Degrees rounded to a centimetre. Throws Refused where there are none; 0, 0 is how apps say that they know none. */
function pointOf(lat: unknown, lon: unknown): { lon: number; lat: number } {
  if (lat === undefined || lat === null || lon === undefined || lon === null)
    throw new Refused('missing_field', 'lat, lon: given nothing, allowed degrees, WGS 84');
  const [y, x] = [numberOf(lat), numberOf(lon)];
  if (y === null || x === null || Math.abs(y) > 90 || Math.abs(x) > 180 || (x === 0 && y === 0)) {
    throw new Refused(
      'bad_location',
      `lat, lon: given ${shown(lat)}, ${shown(lon)}, allowed -90 to 90 and -180 to 180, not both 0`,
    );
  }
  return { lon: Math.round(x * 1e7) / 1e7, lat: Math.round(y * 1e7) / 1e7 };
}

/** Epoch milliseconds of seconds, milliseconds or ISO 8601; without an offset it is the city's time; nothing is now. */
function timeOf(value: unknown, now: number): number {
  if (value === undefined || value === null || value === '') return now;
  const number = numberOf(value);
  const at =
    number === null
      ? isoTime(String(value))
      : Math.round(number < MILLISECONDS_FROM ? number * 1000 : number);
  if (Number.isNaN(at)) {
    throw new Refused(
      'bad_time',
      `timestamp: given ${shown(value)}, allowed seconds or milliseconds since 1970, or ISO 8601`,
    );
  }
  if (at > now + FUTURE_MS)
    throw new Refused('future', `timestamp: given ${shown(value)}, allowed up to 5 minutes ahead`);
  if (at < now - OLDEST_FIX_MS) {
    throw new Refused(
      'too_old',
      `timestamp: given ${shown(value)}, allowed from ${toCityIso(now - OLDEST_FIX_MS)} on`,
    );
  }
  return at;
}

function isoTime(text: string): number {
  // A "+" that was not percent-encoded arrives as a space.
  const whole = text
    .trim()
    .replace(/ (?=\d{2}:?\d{2}$)/, '+')
    .replace(' ', 'T');
  const offset = parseRfc3339(whole.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(offset) ? parseRfc3339(`${whole}Z`) - CITY_OFFSET_MS : offset;
}

/** What was given, short enough for a message; a position has no secret in it. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 40);
}
