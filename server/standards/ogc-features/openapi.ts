import type { FlatColumn } from '../../exports/flat-columns.ts';
import { COLLECTIONS, type Collection } from './collections.ts';
import { GEOJSON_TYPE, HTML_TYPE, JSON_TYPE, SCHEMA_TYPE } from './links.ts';

/** Features of a page where no limit is given, and at most. */
export const LIMIT = { default: 1000, maximum: 10_000 } as const;

/**
 * The API's definition as OpenAPI 3.0, which the conformance class asks for (the product's own is 3.1). Programs such
 * as GDAL look here for a collection's parameters, so each collection has paths of its own.
 */
export function openApiDocument(server: string): object {
  const collections = Object.values(COLLECTIONS);
  return {
    openapi: '3.0.3',
    info: {
      title: 'Learning City Monitor: OGC API – Features',
      version: '1.0.0',
      description: 'Wards, former districts and places of learning with their figures.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: server }],
    security: [{}, { key: [] }],
    paths: {
      '/': get('Landing page', 'getLandingPage', JSON_TYPE, [F]),
      '/conformance': get('Conformance classes', 'getConformance', JSON_TYPE, [F]),
      '/api': {
        get: {
          operationId: 'getApi',
          summary: 'This document',
          responses: { '200': { description: 'OpenAPI 3.0' } },
        },
      },
      '/collections': get('Collections', 'getCollections', JSON_TYPE, [F]),
      ...Object.assign({}, ...collections.map(pathsOf)),
    },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
  };
}

/**
 * JSON Schema of a collection's features: from it a program knows a field's type where every value is null. A type is
 * one word, since GDAL takes no list.
 */
export function featuresSchema({ title, geometry, columns }: Collection, id: string): object {
  const properties = columns.map(({ name, type, description, values, format }) => [
    name,
    { type, description, ...(values ? { enum: values } : {}), ...(format ? { format } : {}) },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    title,
    description: 'A value that is not known or is suppressed is null.',
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['Feature'] },
      id: { type: 'string' },
      geometry: { $ref: `https://geojson.org/schema/${geometry}.json` },
      properties: { type: 'object', properties: Object.fromEntries(properties) },
    },
  };
}

type Parameter = Record<string, unknown>;

const parameter = (name: string, schema: object, description: string, more: object = {}): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
  style: 'form',
  explode: false,
  ...more,
});

const F = parameter('f', { type: 'string', enum: ['json', 'html'] }, 'The form of the answer, over Accept');
const DATETIME = parameter(
  'datetime',
  { type: 'string' },
  'RFC 3339 time, date, or interval start/end with one end open (".."). It is the window of the figures and grows outward to whole hours, for roles under analyst to whole days of the city.',
);

function pathsOf(collection: Collection): object {
  const { id, title, columns, figure_filters } = collection;
  const figures = figure_filters.map(filterParameter);
  const time = id === 'places' ? [] : [DATETIME];
  const item = `/collections/${id}/items`;
  return {
    [`/collections/${id}`]: get(title, `describe_${id}`, JSON_TYPE, [F]),
    [`/collections/${id}/schema`]: get(`${title}: properties`, `schema_${id}`, SCHEMA_TYPE, [F]),
    [item]: get(title, `items_${id}`, GEOJSON_TYPE, itemsParameters(collection), collectionSchema(columns)),
    [`${item}/{featureId}`]: get(
      title,
      `item_${id}`,
      GEOJSON_TYPE,
      [ID, ...time, ...figures, F],
      featureSchema(columns),
    ),
  };
}

/** What `items` of a collection takes; any other parameter is an error. */
export function itemsParameters({ filters, figure_filters }: Collection): Parameter[] {
  return [
    parameter(
      'bbox',
      { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 6 },
      'west,south,east,north (or with heights, which are left aside), degrees, WGS 84; west over east crosses 180°',
    ),
    DATETIME,
    parameter(
      'limit',
      { type: 'integer', minimum: 1, ...LIMIT },
      'Features a page at most; more than the maximum means the maximum',
    ),
    parameter(
      'offset',
      { type: 'integer', minimum: 0, default: 0 },
      'Features left out in front; follow next instead',
    ),
    ...figure_filters.map(filterParameter),
    ...filters.map(filterParameter),
    F,
  ];
}

/** What one item of a collection takes. */
export function itemParameterNames({ figure_filters }: Collection): string[] {
  return ['datetime', ...figure_filters.map(({ name }) => name), 'f'];
}

const ID = { name: 'featureId', in: 'path', required: true, schema: { type: 'string' } };

function filterParameter({ name, type, description, values }: FlatColumn): Parameter {
  return parameter(
    name,
    { type, ...(values ? { enum: values } : {}) },
    `${description}; equal to`.replace(/^; /, ''),
  );
}

function featureSchema(columns: readonly FlatColumn[]): object {
  const properties = Object.fromEntries(
    columns.map(({ name, type, description }) => [name, { type, nullable: true, description }]),
  );
  return {
    type: 'object',
    required: ['type', 'id', 'properties', 'geometry'],
    properties: {
      type: { type: 'string', enum: ['Feature'] },
      id: { type: 'string' },
      properties: { type: 'object', properties },
      geometry: { type: 'object', nullable: true },
      links: { type: 'array', items: { type: 'object' } },
    },
  };
}

function collectionSchema(columns: readonly FlatColumn[]): object {
  return {
    type: 'object',
    required: ['type', 'features'],
    properties: {
      type: { type: 'string', enum: ['FeatureCollection'] },
      numberMatched: { type: 'integer' },
      numberReturned: { type: 'integer' },
      timeStamp: { type: 'string', format: 'date-time' },
      links: { type: 'array', items: { type: 'object' } },
      features: { type: 'array', items: featureSchema(columns) },
    },
  };
}

function get(
  summary: string,
  operationId: string,
  type: string,
  parameters: readonly object[],
  schema: object = { type: 'object' },
): object {
  const problem = { content: { 'application/problem+json': { schema: { type: 'object' } } } };
  return {
    get: {
      operationId,
      summary,
      parameters,
      responses: {
        '200': {
          description: summary,
          content: { [type]: { schema }, [HTML_TYPE]: { schema: { type: 'string' } } },
        },
        '400': { description: 'A parameter that is unknown or wrong, by name', ...problem },
        '404': { description: 'There is no such resource', ...problem },
      },
    },
  };
}
