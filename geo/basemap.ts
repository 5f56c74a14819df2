import { gzipSync } from 'node:zlib';
import { bboxClip } from '@turf/bbox-clip';
import { feature } from '@turf/helpers';
import { simplify } from '@turf/simplify';
import type * as GeoJSON from 'geojson';
import { BoundaryError } from './boundary-error.ts';
import { polygonsOf, rewound, ringAreaDeg } from './rings.ts';
import { readFeatures, type SourceFeature } from './source-features.ts';
import { readSourceFiles } from './source-files.ts';
import { type AreaGeometry, CITY_BBOX, type Progress } from './types.ts';

/** What a base map draws, in the order it is drawn. */
export const BASEMAP_AREA_KINDS = ['green', 'water'] as const;
export const BASEMAP_LINE_KINDS = [
  'waterway_canal',
  'waterway_river',
  'rail',
  'road_secondary',
  'road_primary',
  'road_trunk',
  'road_motorway',
] as const;
export type BasemapKind = (typeof BASEMAP_AREA_KINDS)[number] | (typeof BASEMAP_LINE_KINDS)[number];

/** One feature a kind, so that a page draws each kind as one layer. */
export type Basemap = {
  areas: GeoJSON.FeatureCollection<GeoJSON.MultiPolygon, { kind: BasemapKind }>;
  lines: GeoJSON.FeatureCollection<GeoJSON.MultiLineString, { kind: BasemapKind }>;
};

export type BasemapReport = {
  /** Polygons and lines taken, by kind. */
  taken: Record<string, number>;
  /** Features left out, by reason. */
  left_out: Record<string, number>;
  /** Size of both collections as gzipped JSON. */
  gzip_bytes: number;
  /** How far a line may have been moved to keep that small; 0 when nothing was. */
  simplified_deg: number;
};

export type BasemapOptions = {
  onProgress?: Progress;
  /** Lines are simplified until both collections are no larger than this, gzipped. */
  max_gzip_bytes?: number;
};

/** A page that draws the map within two seconds on a phone does not wait for more than this. */
const MAX_GZIP_BYTES = 1_500_000;
/** 5 decimals: 1 m. */
const DECIMALS = 1e5;
const FIRST_TOLERANCE_DEG = 5e-5;
const COARSEST_TOLERANCE_DEG = 5e-3;

/** Values of OpenStreetMap's keys, and of Geofabrik's `fclass`, that stand for a kind. */
const KIND_OF_VALUE: Record<string, BasemapKind> = {
  ...values('water', 'water riverbank reservoir basin bay lake dock wetland sea ocean'),
  ...values(
    'green',
    'green park garden forest wood grass meadow recreation_ground golf_course nature_reserve',
  ),
  ...values('green', 'village_green scrub cemetery national_park protected_area mangrove'),
  ...values('road_motorway', 'motorway motorway_link road_motorway'),
  ...values('road_trunk', 'trunk trunk_link road_trunk'),
  ...values('road_primary', 'primary primary_link road_primary'),
  ...values('road_secondary', 'secondary secondary_link road_secondary'),
  ...values('rail', 'rail light_rail subway narrow_gauge monorail railway'),
  ...values('waterway_river', 'river waterway_river'),
  ...values('waterway_canal', 'canal waterway_canal'),
};
const KEYS = [
  'kind',
  'natural',
  'water',
  'waterway',
  'leisure',
  'landuse',
  'highway',
  'railway',
  'fclass',
  'class',
];

function values(kind: BasemapKind, names: string): Record<string, BasemapKind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}

/**
 * Water, green, roads, rail and rivers to draw under the map, from FILEs, DIRs, ARCHIVEs or URLs whose features say
 * their kind in `kind` or as OpenStreetMap does. Clipped to the city, 5 decimals, simplified only as far as the size
 * asks. Throws BoundaryError when an input cannot be read or nothing in it can be drawn.
 */
export async function readBasemap(
  inputs: readonly string[],
  options: BasemapOptions = {},
): Promise<Basemap & { report: BasemapReport }> {
  const features: SourceFeature[] = [];
  for (const input of inputs) {
    const files = await readSourceFiles(input, options.onProgress);
    for (const one of (await readFeatures(files, input)).features) features.push(one);
  }
  const sorted = sortByKind(features, options.onProgress);
  const counted = [...sorted.areas, ...sorted.lines].map(([kind, parts]) => [kind, parts.length] as const);
  if (counted.length === 0)
    throw new BoundaryError(
      `${inputs.join(', ')}: nothing to draw among ${features.length} features ` +
        `(${listed(sorted.left_out)}); wanted a property kind, or natural, leisure, highway, railway, waterway`,
    );
  const limit = options.max_gzip_bytes ?? MAX_GZIP_BYTES;
  let simplified_deg = 0;
  let basemap = assemble(sorted, 0);
  let gzip_bytes = gzippedSize(basemap);
  while (gzip_bytes > limit && simplified_deg < COARSEST_TOLERANCE_DEG) {
    simplified_deg = simplified_deg === 0 ? FIRST_TOLERANCE_DEG : simplified_deg * 2;
    options.onProgress?.('simplify', limit, gzip_bytes);
    basemap = assemble(sorted, simplified_deg);
    gzip_bytes = gzippedSize(basemap);
  }
  if (gzip_bytes > limit)
    throw new BoundaryError(
      `${inputs.join(', ')}: ${gzip_bytes} bytes gzipped also when simplified to ${simplified_deg}°; ` +
        `a page loads ${limit} at most: leave out minor roads or small waters`,
    );
  const taken = Object.fromEntries(counted);
  return { ...basemap, report: { taken, left_out: sorted.left_out, gzip_bytes, simplified_deg } };
}

/** The report as lines for a terminal. */
export function formatBasemapReport(report: BasemapReport): string {
  const simplified =
    report.simplified_deg > 0 ? `, simplified to ${Math.round(report.simplified_deg * 111_195)} m` : '';
  return [
    `  drawn       ${listed(report.taken)}`,
    ...(Object.keys(report.left_out).length > 0 ? [`  left out    ${listed(report.left_out)}`] : []),
    `  size        ${(report.gzip_bytes / 1000).toFixed(0)} kB gzipped${simplified}`,
  ].join('\n');
}

type Sorted = {
  areas: Map<BasemapKind, GeoJSON.Position[][][]>;
  lines: Map<BasemapKind, GeoJSON.Position[][]>;
  left_out: Record<string, number>;
};

function sortByKind(features: readonly SourceFeature[], onProgress?: Progress): Sorted {
  const sorted: Sorted = { areas: new Map(), lines: new Map(), left_out: {} };
  const leaveOut = (reason: string) => {
    sorted.left_out[reason] = (sorted.left_out[reason] ?? 0) + 1;
  };
  for (const [k, one] of features.entries()) {
    if (k % 1000 === 0) onProgress?.('clip', k, features.length);
    const kind = kindOf(one.properties);
    if (!kind) leaveOut('no known kind');
    else if (!one.geometry) leaveOut('no geometry');
    else if (isArea(kind)) {
      const polygons = clippedPolygons(one.geometry);
      if (polygons.length === 0) leaveOut('not an area in the city');
      else append(sorted.areas, kind, polygons);
    } else {
      const lines = clippedLines(one.geometry);
      if (lines.length === 0) leaveOut('not a line in the city');
      else append(sorted.lines, kind, lines);
    }
  }
  onProgress?.('clip', features.length, features.length);
  return sorted;
}

function kindOf(properties: Record<string, unknown>): BasemapKind | undefined {
  for (const key of KEYS) {
    const value = properties[key];
    const kind = typeof value === 'string' ? KIND_OF_VALUE[value.toLowerCase()] : undefined;
    if (kind) return kind;
  }
  return undefined;
}

function isArea(kind: BasemapKind): boolean {
  return (BASEMAP_AREA_KINDS as readonly string[]).includes(kind);
}

function append<T>(map: Map<BasemapKind, T[]>, kind: BasemapKind, items: readonly T[]): void {
  const all = map.get(kind) ?? [];
  for (const item of items) all.push(item);
  map.set(kind, all);
}

function clippedPolygons(geometry: GeoJSON.Geometry): GeoJSON.Position[][][] {
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return [];
  const clipped = bboxClip(geometry, CITY_BBOX).geometry as AreaGeometry;
  return polygonsOf(rewound(clipped)).filter(([outer]) => outer && outer.length >= 4);
}

function clippedLines(geometry: GeoJSON.Geometry): GeoJSON.Position[][] {
  if (geometry.type !== 'LineString' && geometry.type !== 'MultiLineString') return [];
  const clipped = bboxClip(geometry, CITY_BBOX).geometry as GeoJSON.LineString | GeoJSON.MultiLineString;
  const lines = clipped.type === 'LineString' ? [clipped.coordinates] : clipped.coordinates;
  return lines.filter((line) => line.length >= 2);
}

function assemble(sorted: Sorted, tolerance: number): Basemap {
  const areas = BASEMAP_AREA_KINDS.flatMap((kind) => {
    const polygons = sorted.areas.get(kind)?.flatMap((polygon) => simplifiedPolygon(polygon, tolerance));
    return polygons?.length
      ? [feature({ type: 'MultiPolygon' as const, coordinates: polygons }, { kind })]
      : [];
  });
  const lines = BASEMAP_LINE_KINDS.flatMap((kind) => {
    const all = sorted.lines.get(kind)?.map((line) => simplifiedLine(line, tolerance));
    return all?.length ? [feature({ type: 'MultiLineString' as const, coordinates: all }, { kind })] : [];
  });
  return {
    areas: { type: 'FeatureCollection', features: areas },
    lines: { type: 'FeatureCollection', features: lines },
  };
}

/** Rings that end up smaller than a square of the tolerance are left out: they would be dots. */
function simplifiedPolygon(polygon: GeoJSON.Position[][], tolerance: number): GeoJSON.Position[][][] {
  const rings = polygon
    .filter((ring) => Math.abs(ringAreaDeg(ring)) > tolerance * tolerance)
    .map((ring) => simplifiedLine(ring, tolerance))
    .filter((ring) => ring.length >= 4);
  return rings[0] && rings[0].length >= 4 ? [rings] : [];
}

function simplifiedLine(line: GeoJSON.Position[], tolerance: number): GeoJSON.Position[] {
  const simple =
    tolerance > 0
      ? simplify({ type: 'LineString' as const, coordinates: line }, { tolerance, highQuality: true })
          .coordinates
      : line;
  const rounded = simple.map(([lon = 0, lat = 0]) => [
    Math.round(lon * DECIMALS) / DECIMALS,
    Math.round(lat * DECIMALS) / DECIMALS,
  ]);
  return rounded.filter(
    (point, k) => k === 0 || point.some((value, axis) => value !== rounded[k - 1]?.[axis]),
  );
}

function gzippedSize(basemap: Basemap): number {
  return [basemap.areas, basemap.lines].reduce((sum, part) => sum + gzipSync(JSON.stringify(part)).length, 0);
}

function listed(counts: Record<string, number>): string {
  return (
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ') || 'nothing'
  );
}
