import { type Static, Type } from 'typebox';
import { DivisionSchema } from './event.ts';

/** The levels a map is drawn at. District means the former district. */
export const LEVELS = ['ward', 'district'] as const;
export type Level = (typeof LEVELS)[number];
export const LevelSchema = Type.Unsafe<Level>({ type: 'string', enum: [...LEVELS] });

/** `official`: imported polygons. `schematic`: drawn from the division's table alone. */
export const BOUNDARIES = ['official', 'schematic'] as const;
export type Boundary = (typeof BOUNDARIES)[number];
export const BoundarySchema = Type.Unsafe<Boundary>({ type: 'string', enum: [...BOUNDARIES] });

/** Properties of one area feature. */
export const AreaPropertiesSchema = Type.Object({
  code: Type.String({ description: '5-digit ward code or 2–3-digit district code' }),
  name: Type.String({ description: 'Vietnamese name with its prefix' }),
  name_en: Type.String(),
  parent: Type.Union([Type.String(), Type.Null()], {
    description: 'Code of the former district or province',
  }),
  population: Type.Union([Type.Integer(), Type.Null()], { description: 'Residents' }),
  area_km2: Type.Union([Type.Number(), Type.Null()]),
  density_per_km2: Type.Union([Type.Number(), Type.Null()], { description: 'Residents per km²' }),
  boundary: BoundarySchema,
  lon: Type.Union([Type.Number(), Type.Null()], {
    description: 'A point inside the area, degrees, WGS 84; null where no table gives one',
  }),
  lat: Type.Union([Type.Number(), Type.Null()]),
});
export type AreaProperties = Static<typeof AreaPropertiesSchema>;

/** GeoJSON of all areas of one level (RFC 7946), geometry Polygon, MultiPolygon or null. */
export const AreasSchema = Type.Object(
  {
    type: Type.Literal('FeatureCollection'),
    division: DivisionSchema,
    level: LevelSchema,
    boundary: BoundarySchema,
    bbox: Type.Array(Type.Number(), {
      minItems: 4,
      maxItems: 4,
      description: '[west, south, east, north] of the first view',
    }),
    features: Type.Array(
      Type.Object({
        type: Type.Literal('Feature'),
        id: Type.String(),
        properties: AreaPropertiesSchema,
        geometry: Type.Unsafe<GeoJSON.Polygon | GeoJSON.MultiPolygon | null>({ type: ['object', 'null'] }),
      }),
    ),
  },
  { $id: 'Areas' },
);
export type Areas = Static<typeof AreasSchema>;
