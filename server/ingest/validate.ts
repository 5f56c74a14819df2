import { Compile } from 'typebox/compile';
import {
  ACTIVITIES,
  LEARNER_GROUPS,
  LEARNER_ID_TYPES,
  type LearningEvent,
  LearningEventSchema,
  type RejectReason,
  SEXES,
  SOURCES,
} from '../contract/event.ts';

/** Why a record is refused; `detail` names the field, what was given and what is allowed, never a learner's id. */
export type Refusal = { reason: RejectReason; detail: string };

const shape = Compile(LearningEventSchema);
const REQUIRED = ['event_id', 'occurred_at', 'source', 'source_id', 'activity'] as const;

type Rule = {
  type: string;
  allowed: string;
  reason: RejectReason;
  /** Part of the value's own type rather than its content (an integer, an object with numbers). */
  isType: (value: unknown) => boolean;
};

const isString = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const oneOf = (values: readonly string[]) => `one of ${values.join(', ')}`;

/** What each field allows, in the order in which a record's faults are looked for. */
const RULES: Record<string, Rule> = {
  event_id: { type: 'a string', allowed: 'a UUID', reason: 'bad_id', isType: isString },
  occurred_at: { type: 'a string', allowed: 'RFC 3339 with an offset', reason: 'bad_time', isType: isString },
  source: { type: 'a string', allowed: oneOf(SOURCES), reason: 'bad_source', isType: isString },
  source_id: {
    type: 'a string',
    allowed: '1 to 64 of letters, digits, ".", "_", ":", "-"',
    reason: 'bad_id',
    isType: isString,
  },
  activity: { type: 'a string', allowed: oneOf(ACTIVITIES), reason: 'bad_activity', isType: isString },
  learner_id: { type: 'a string', allowed: '1 to 128 characters', reason: 'out_of_range', isType: isString },
  learner_id_type: {
    type: 'a string',
    allowed: oneOf(LEARNER_ID_TYPES),
    reason: 'out_of_range',
    isType: isString,
  },
  learner_group: {
    type: 'an array of strings',
    allowed: `any of ${LEARNER_GROUPS.join(', ')}`,
    reason: 'bad_group',
    isType: (value) => Array.isArray(value) && value.every(isString),
  },
  sex: { type: 'a string', allowed: oneOf(SEXES), reason: 'out_of_range', isType: isString },
  home_ward: { type: 'a string', allowed: 'a 5-digit ward code', reason: 'unknown_ward', isType: isString },
  division: { type: 'a string', allowed: '2025 or pre-2025', reason: 'out_of_range', isType: isString },
  location: {
    type: 'an object {lon, lat}',
    allowed: 'lon −180 to 180 and lat −90 to 90, numbers in degrees',
    reason: 'bad_location',
    isType: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  ward: { type: 'a string', allowed: 'a 5-digit ward code', reason: 'unknown_ward', isType: isString },
  programme: {
    type: 'a string',
    allowed: 'at most 128 characters',
    reason: 'out_of_range',
    isType: isString,
  },
  duration_min: { type: 'a number', allowed: '0 to 1440', reason: 'out_of_range', isType: isNumber },
  headcount: { type: 'an integer', allowed: '1 to 500', reason: 'out_of_range', isType: Number.isInteger },
};

const MOST_QUOTED = 8;

/** A value as an error may quote it; a learner's id is never quoted. */
function quote(field: string, value: unknown): string {
  if (field === 'learner_id') return `${typeof value}`;
  const text = field === 'location' && !Array.isArray(value) ? quotePoint(value) : quotePlain(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Of a point only its numbers are quoted: a learner's id may hide in the rest. */
function quotePoint(value: unknown): string {
  if (typeof value !== 'object' || value === null) return quotePlain(value);
  const point = value as Record<string, unknown>;
  const given = ['lon', 'lat'].filter((axis) => point[axis] !== undefined);
  return `{${given.map((axis) => `"${axis}":${quotePlain(point[axis])}`).join(',')}}`;
}

/** Texts and numbers, also in a list; of anything deeper only that it is there. */
function quotePlain(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value
      .slice(0, MOST_QUOTED)
      .map((item) => (Array.isArray(item) ? '[…]' : quotePlain(item)))
      .join(',')}]`;
  }
  return typeof value === 'object' && value !== null ? '{…}' : (JSON.stringify(value) ?? 'nothing');
}

/**
 * A record checked against the event's schema. `null` stands for "not given"; one learner group may be given without
 * an array. Returns the event, or the first fault in the order of the fields.
 */
export function checkShape(record: unknown): { event: LearningEvent } | { refusal: Refusal } {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    const given = Array.isArray(record) ? 'an array' : record === null ? 'null' : `a ${typeof record}`;
    return { refusal: { reason: 'bad_type', detail: `record: given ${given}, allowed an object` } };
  }
  const event = withoutNulls(record as Record<string, unknown>);
  if (shape.Check(event)) return { event };
  return { refusal: explain(event) };
}

function withoutNulls(record: Record<string, unknown>): Record<string, unknown> {
  let clean = record;
  for (const key in record) {
    if (record[key] === null) {
      if (clean === record) clean = { ...record };
      delete clean[key];
    }
  }
  if (typeof clean.learner_group === 'string') clean = { ...clean, learner_group: [clean.learner_group] };
  return clean;
}

function explain(event: Record<string, unknown>): Refusal {
  for (const field of REQUIRED) {
    if (event[field] === undefined) {
      return { reason: 'missing_field', detail: `${field}: given nothing, allowed ${RULES[field]?.allowed}` };
    }
  }
  const faulty = new Set(shape.Errors(event).map((error) => error.instancePath.split('/')[1] ?? ''));
  for (const [field, rule] of Object.entries(RULES)) {
    if (!faulty.has(field)) continue;
    const value = event[field];
    if (!rule.isType(value)) {
      return { reason: 'bad_type', detail: `${field}: given ${quote(field, value)}, allowed ${rule.type}` };
    }
    return { reason: rule.reason, detail: `${field}: given ${quote(field, value)}, allowed ${rule.allowed}` };
  }
  return { reason: 'bad_type', detail: 'record: does not fit the event schema' };
}

const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const [COLON, DASH, DOT, PLUS, UPPER_T, UPPER_Z, LOWER] = [58, 45, 46, 43, 84, 90, 32] as const;
/** More decimals than these say nothing that is kept. */
const MOST_DECIMALS = 9;

/**
 * Epoch milliseconds of an RFC 3339 time with an offset; NaN when it is none, or names a day that does not exist.
 * Read digit by digit: a pattern that catches ten groups takes longer than all other checks of an event.
 */
export function parseRfc3339(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const separated =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (text.charCodeAt(10) & ~LOWER) === UPPER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON;
  const inRange = hour <= 23 && minute <= 59 && second <= 60 && day >= 1 && day <= daysOf(year, month);
  if (!separated || !inRange) return Number.NaN;
  const decimals = text.charCodeAt(19) === DOT ? countDigits(text, 20) : 0;
  if (decimals > MOST_DECIMALS || (text.charCodeAt(19) === DOT && decimals === 0)) return Number.NaN;
  const offset_min = offsetOf(text, decimals === 0 ? 19 : 20 + decimals);
  const ms = decimals === 0 ? 0 : Math.floor(Number(text.slice(19, 20 + decimals)) * 1000);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - offset_min * 60_000;
}

/** A number of `count` digits; NaN where there are none. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function countDigits(text: string, at: number): number {
  let end = at;
  while (!Number.isNaN(digits(text, end, 1))) end++;
  return end - at;
}

/** Minutes east of UTC, from `Z` or `±HH:MM` up to the end of the text; NaN where it is neither. */
function offsetOf(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if ((first & ~LOWER) === UPPER_Z) return text.length === at + 1 ? 0 : Number.NaN;
  const hour = digits(text, at + 1, 2);
  const minute = digits(text, at + 4, 2);
  const whole = text.length === at + 6 && text.charCodeAt(at + 3) === COLON && hour <= 23 && minute <= 59;
  if (!whole || (first !== PLUS && first !== DASH)) return Number.NaN;
  return (hour * 60 + minute) * (first === DASH ? -1 : 1);
}

/** Days of a month; 0 for a month that does not exist. */
function daysOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && !leap ? 28 : (DAYS_OF_MONTH[month - 1] ?? 0);
}
