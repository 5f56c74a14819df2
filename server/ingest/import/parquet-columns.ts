import { LearningEventSchema } from '../../contract/event.ts';
import { OperationError } from '../../errors.ts';

/** A column of a Parquet file as the engine describes it. */
export type FileColumn = { name: string; type: string };

/**
 * How what the engine sends for a column becomes a value of the record. Words are texts of which many rows have the same,
 * lists (as JSON) and texts separated by | too; a time is epoch milliseconds.
 */
export type ColumnKind = 'text' | 'word' | 'list' | 'piped' | 'time' | 'number' | 'lon' | 'lat';
export type EventColumn = { field: string; kind: ColumnKind };

/** What to ask the engine for, and what its columns mean, in their order. */
export type ParquetPlan = { expressions: string[]; columns: EventColumn[] };

type Reading = { kind: ColumnKind; expression: string };
type Field = { allowed: string; read: (column: string, type: string) => Reading | undefined };

const NUMBER = /^(?:U?Int(?:8|16|32|64)|Float(?:32|64)|Decimal(?:\d*\(.*\))?)$/;
const CITY_OFFSET_HOURS = 7;

/** What is not given is empty, and a number that is not given is none. */
const asText = (expression: string) => `CAST(ifNull(${expression}, ''), 'String')`;
/** Sent as each word once and, for every row, which of them it has. */
const asWord = (expression: string) => `toLowCardinality(${asText(expression)})`;
const asNumber = (expression: string) => `ifNull(toFloat64(${expression}), nan)`;

const TEXT: Field = {
  allowed: 'text (string)',
  read: (column, type) => (type === 'String' ? { kind: 'text', expression: asText(column) } : undefined),
};
const WORD: Field = {
  allowed: 'text (string)',
  read: (column, type) => (type === 'String' ? { kind: 'word', expression: asWord(column) } : undefined),
};
const AMOUNT: Field = {
  allowed: 'a number (integer, float or decimal)',
  read: (column, type) => numberOf('number', column, type),
};

function numberOf(kind: ColumnKind, column: string, type: string): Reading | undefined {
  return NUMBER.test(type) ? { kind, expression: asNumber(column) } : undefined;
}

const degrees = (kind: 'lon' | 'lat'): Field => ({
  allowed: 'a number (float or decimal), degrees',
  read: (column, type) => numberOf(kind, column, type),
});

/** 16 bytes in a column of any length: the ninth byte of a UUID of RFC 9562 is no ASCII, so no id as text is taken for it. */
const idOfBytes = (column: string) =>
  `if(length(${column}) = 16 AND reinterpretAsUInt8(substring(${column}, 9, 1)) >= 128, UUIDNumToString(CAST(substring(${column}, 1, 16) AS FixedString(16))), ${column})`;

/** What each field of an event may be in a Parquet file, where it is not plain text. */
const FIELDS: Readonly<Record<string, Field>> = {
  event_id: {
    allowed: 'text (string), UUID or 16 bytes (fixed_len_byte_array)',
    read: (column, type) => {
      if (type === 'UUID') return { kind: 'text', expression: asText(`toString(${column})`) };
      if (type === 'FixedString(16)')
        return { kind: 'text', expression: asText(`UUIDNumToString(${column})`) };
      return type === 'String' ? { kind: 'text', expression: asText(idOfBytes(column)) } : undefined;
    },
  },
  occurred_at: {
    allowed: 'a timestamp, or text as RFC 3339',
    read: (column, type) => {
      if (type === 'String') return { kind: 'text', expression: asText(column) };
      if (!/^DateTime(?:64\(\d+(?:, '[^']+')?\)|\('[^']+'\))?$/.test(type)) return undefined;
      // A timestamp that is not "adjusted to UTC" is what a clock in the city showed.
      const utc = `toDateTime64(${column}, 3, 'UTC')`;
      const time = type.includes("'") ? utc : `${utc} - toIntervalHour(${CITY_OFFSET_HOURS})`;
      return { kind: 'time', expression: asNumber(`toUnixTimestamp64Milli(${time})`) };
    },
  },
  learner_group: {
    allowed: 'a list of strings, or text separated by "|"',
    read: (column, type) => {
      if (type === 'String') return { kind: 'piped', expression: asWord(column) };
      const isList = /^Array\((?:Nullable\()?String\)+$/.test(type);
      return isList ? { kind: 'list', expression: asWord(`toJSONString(${column})`) } : undefined;
    },
  },
  learner_id: TEXT,
  duration_min: AMOUNT,
  headcount: AMOUNT,
  lon: degrees('lon'),
  lat: degrees('lat'),
};

const NAMES = Object.keys(LearningEventSchema.properties);
const REQUIRED = LearningEventSchema.required;
const LOCATION = 'a struct of the numbers lon and lat, degrees';

/**
 * How to read the columns of a Parquet file whose names are an event's fields, in any case; others are not read.
 * Throws OperationError naming a column that is missing, or whose type cannot be read, with what is allowed.
 */
export function planParquet(file: string, described: readonly FileColumn[]): ParquetPlan {
  const byField = new Map<string, FileColumn>();
  for (const column of described) {
    const field = column.name.trim().toLowerCase();
    if (!byField.has(field)) byField.set(field, column);
  }
  const missing = REQUIRED.filter((field) => !byField.has(field));
  if (missing.length > 0) {
    throw new OperationError(`${file}: it has no column ${missing.join(', ')}; every event needs one`);
  }
  const plan: ParquetPlan = { expressions: [], columns: [] };
  const location = byField.get('location');
  for (const field of [...NAMES.filter((name) => name !== 'location'), ...(location ? [] : ['lon', 'lat'])]) {
    const column = byField.get(field);
    if (!column) continue;
    const { allowed, read } = FIELDS[field] ?? WORD;
    const reading = read(quoteName(column.name), plainType(column.type));
    if (!reading) throw unreadable(file, column, allowed);
    plan.expressions.push(reading.expression);
    plan.columns.push({ field, kind: reading.kind });
  }
  for (const { kind, expression } of location ? pointOf(file, location) : []) {
    plan.expressions.push(expression);
    plan.columns.push({ field: kind, kind });
  }
  return plan;
}

/** The two numbers of a struct. */
function pointOf(file: string, column: FileColumn): Reading[] {
  const type = plainType(column.type);
  return ['lon', 'lat'].map((name) => {
    const member = new RegExp(`[(,]\\s*${name} (?:Nullable\\()?([A-Za-z0-9]+(?:\\(\\d+, \\d+\\))?)`).exec(
      type,
    );
    const reading =
      type.startsWith('Tuple(') && member?.[1]
        ? numberOf(name as 'lon' | 'lat', `tupleElement(${quoteName(column.name)}, '${name}')`, member[1])
        : undefined;
    if (!reading) throw unreadable(file, column, LOCATION);
    return reading;
  });
}

function unreadable(file: string, { name, type }: FileColumn, allowed: string): OperationError {
  return new OperationError(`${file}: column ${name}: its type is ${type}, allowed ${allowed}`);
}

/** A type without what says that values may be missing or are kept in a dictionary. */
function plainType(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1];
  return inner === undefined ? type : plainType(inner);
}

/** A column's name as the engine's SQL takes it, whatever characters it has. */
function quoteName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
