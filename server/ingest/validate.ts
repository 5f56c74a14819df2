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

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Epoch milliseconds of an RFC 3339 time with an offset; NaN when it is none, or names a day that does not exist. */
export function parseRfc3339(text: string): number {
  const match = RFC3339.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return Number.NaN;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return Number.NaN;
  const clock = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
  const offset =
    (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * 60_000 * (sign === '-' ? -1 : 1);
  return midnight + clock - offset + Math.floor(Number(`0.${fraction ?? 0}`) * 1000);
}
