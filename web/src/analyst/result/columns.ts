/** What a column holds: decides alignment, sorting, axes. */
export type ColumnKind = 'number' | 'date' | 'datetime' | 'bool' | 'text' | 'other';

/** A type without what wraps it: `LowCardinality(Nullable(String))` is `String`. */
export function bareType(type: string): string {
  const match = /^(?:Nullable|LowCardinality|SimpleAggregateFunction)\((?:\w+, )?(.*)\)$/.exec(type);
  return match?.[1] === undefined ? type : bareType(match[1]);
}

/** The kind of a ClickHouse type. */
export function kindOf(type: string): ColumnKind {
  const bare = bareType(type);
  if (/^(U?Int\d+|Float\d+|BFloat16|Decimal.*)$/.test(bare)) return 'number';
  if (/^Date(32)?$/.test(bare)) return 'date';
  if (bare.startsWith('DateTime')) return 'datetime';
  if (bare === 'Bool') return 'bool';
  if (/^(String|FixedString|Enum|UUID|IPv)/.test(bare)) return 'text';
  return 'other';
}

/** A column of a result. */
export type Column = { name: string; type: string; kind: ColumnKind };

/** The columns of a result in their order. */
export function columnsOf(names: readonly string[], types: readonly string[]): Column[] {
  return names.map((name, at) => {
    const type = types[at] ?? 'String';
    return { name, type, kind: kindOf(type) };
  });
}

/** A cell as a number; null where it is none. 64-bit integers come as text. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?$/;

/**
 * Epoch milliseconds of a Date or DateTime as the engine writes it: in the zone that its type names, UTC or else the
 * city's; null for anything else.
 */
export function timeOf(value: unknown, type = ''): number | null {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (!match) return null;
  const ms = Date.parse(
    `${match[1]}T${match[2] ?? '00:00'}${/'(Etc\/)?(UTC|GMT)'/.test(type) ? 'Z' : '+07:00'}`,
  );
  return Number.isNaN(ms) ? null : ms;
}
