import type { TSchema } from 'typebox';

/** One figure as a single value: what tables, GeoJSON properties and GIS fields are made of. */
export type FlatColumn = {
  /** Names from the schema joined by `_`: `class_density`. */
  name: string;
  path: readonly string[];
  type: 'string' | 'number' | 'integer' | 'boolean';
  description: string;
  /** The values a text can have, where the schema names them. */
  values?: readonly string[];
  /** `date-time` where a text is a time. */
  format?: string;
};

/** What one column may hold. */
export type FlatValue = string | number | boolean | null;

type JsonSchema = {
  type?: string | readonly string[];
  description?: string;
  enum?: readonly string[];
  anyOf?: readonly JsonSchema[];
  properties?: Record<string, JsonSchema>;
};

/**
 * The columns of an object schema, objects within it taken apart, in the schema's order: what is added to a contract
 * appears in every export by itself. Lists are left out.
 */
export function flatColumns(schema: TSchema, path: readonly string[] = []): FlatColumn[] {
  const { properties = {} } = schema as JsonSchema;
  return Object.entries(properties).flatMap(([name, given]) => {
    const own = withoutNull(given);
    const here = [...path, name];
    if (own.properties) return flatColumns(own as TSchema, here);
    const type = Array.isArray(own.type) ? own.type.find((one) => one !== 'null') : own.type;
    if (!isFlat(type)) return [];
    return {
      name: here.join('_'),
      path: here,
      type,
      description: given.description ?? own.description ?? '',
      ...(own.enum ? { values: own.enum } : {}),
    };
  });
}

function withoutNull(schema: JsonSchema): JsonSchema {
  return schema.anyOf?.find((member) => member.type !== 'null') ?? schema;
}

function isFlat(type: string | undefined): type is FlatColumn['type'] {
  return type === 'string' || type === 'number' || type === 'integer' || type === 'boolean';
}

/**
 * One object as a flat one, every column present: what is not known is null. `suppressed`, which is only ever sent
 * where it is true, is false where it is left out.
 */
export function flatten(columns: readonly FlatColumn[], value: unknown): Record<string, FlatValue> {
  const flat: Record<string, FlatValue> = {};
  for (const { name, path } of columns) {
    const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], value);
    flat[name] = (found as FlatValue | undefined) ?? (name === 'suppressed' ? false : null);
  }
  return flat;
}
