import type * as GeoJSON from 'geojson';
import shp from 'shpjs';
import { feature as topoFeature } from 'topojson-client';
import type { Topology } from 'topojson-specification';
import { BoundaryError } from './boundary-error.ts';
import { reasonOf, type SourceFile } from './source-files.ts';

/** One feature of an input, as its file gives it. */
export type SourceFeature = {
  geometry: GeoJSON.Geometry | null;
  properties: Record<string, unknown>;
  /** Path of its file within the input. */
  file: string;
  /** The file holds this feature alone: then its name may say which unit it is. */
  alone: boolean;
};

/** Features of an input's files; `ignored` are JSON files without geometry (read past when others have some). */
export type SourceFeatures = { features: SourceFeature[]; ignored: string[] };

const CONVERT = 'convert it first: ogr2ogr -f GeoJSON -t_srs EPSG:4326 boundaries.geojson FILE';

/**
 * Features of GeoJSON (also a bare geometry with further members as its properties), TopoJSON and Shapefiles.
 * Throws BoundaryError for a corrupt file, a format that is not read, and coordinates that are not WGS 84 degrees.
 */
export async function readFeatures(files: readonly SourceFile[], input: string): Promise<SourceFeatures> {
  const features: SourceFeature[] = [];
  const ignored: string[] = [];
  for (const file of files) {
    const found = await featuresOf(file, files);
    if (found === 'companion') continue;
    if (found.length === 0) ignored.push(file.name);
    for (const { geometry, properties } of found)
      features.push({ geometry, properties, file: file.name, alone: found.length === 1 });
  }
  if (features.length === 0)
    throw new BoundaryError(`${input}: no features in ${ignored.join(', ') || 'it'}`);
  for (const one of features) checkDegrees(one, input);
  return { features, ignored };
}

type Bare = Pick<SourceFeature, 'geometry' | 'properties'>;

async function featuresOf(file: SourceFile, all: readonly SourceFile[]): Promise<Bare[] | 'companion'> {
  const name = file.name.toLowerCase();
  if (/\.(dbf|prj|cpg)$/.test(name)) return 'companion';
  if (Buffer.from(file.bytes.subarray(0, 15)).toString('latin1') === 'SQLite format 3')
    throw new BoundaryError(`${file.name}: GeoPackage is not read here; ${CONVERT}`);
  if (/\.shp$/.test(name)) return readShapefile(file, all);
  const text = new TextDecoder().decode(file.bytes);
  if (/^\s*</.test(text))
    throw new BoundaryError(`${file.name}: KML, GML and other XML are not read; ${CONVERT}`);
  return readJson(parseJson(text, file.name), file.name);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new BoundaryError(`${name}: neither JSON nor any other format that is read (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

function readJson(json: unknown, name: string): Bare[] {
  if (Array.isArray(json)) return json.flatMap((item) => readJson(item, name));
  if (typeof json !== 'object' || json === null) return [];
  const object = json as Record<string, unknown>;
  if ('crs' in object) checkCrs(object.crs, name);
  switch (object.type) {
    case 'FeatureCollection':
      if (!Array.isArray(object.features))
        throw new BoundaryError(`${name}: a FeatureCollection without features`);
      return object.features.flatMap((item) => readJson(item, name));
    case 'Feature':
      return [featureFrom(object)];
    case 'Topology':
      return readTopology(json as Topology, name);
    case 'Polygon':
    case 'MultiPolygon':
    case 'GeometryCollection':
      return [geometryFrom(object)];
    default:
      return [];
  }
}

function featureFrom(object: Record<string, unknown>): Bare {
  const properties = (object.properties ?? {}) as Record<string, unknown>;
  // A feature's own id often is its code; a property of that name goes before it.
  const id = object.id === undefined ? {} : { id: object.id };
  return {
    geometry: (object.geometry ?? null) as GeoJSON.Geometry | null,
    properties: { ...id, ...properties },
  };
}

function geometryFrom(object: Record<string, unknown>): Bare {
  const { type, coordinates, geometries, bbox: _bbox, properties, ...members } = object;
  const geometry = { type, coordinates, geometries } as unknown as GeoJSON.Geometry;
  return { geometry, properties: { ...members, ...(properties as object | undefined) } };
}

function readTopology(topology: Topology, name: string): Bare[] {
  try {
    return Object.values(topology.objects).flatMap((object) => {
      const found = topoFeature(topology, object);
      return readJson(found, name);
    });
  } catch (error) {
    throw new BoundaryError(`${name}: not a readable TopoJSON (${reasonOf(error)})`, { cause: error });
  }
}

async function readShapefile(file: SourceFile, all: readonly SourceFile[]): Promise<Bare[]> {
  const stem = file.name.slice(0, -4).toLowerCase();
  const beside = (extension: string) =>
    all.find((other) => other.name.toLowerCase() === `${stem}.${extension}`)?.bytes;
  const prj = beside('prj');
  if (prj) checkProjection(new TextDecoder().decode(prj), file.name);
  const dbf = beside('dbf');
  const cpg = beside('cpg');
  try {
    const parts = {
      shp: file.bytes,
      ...(dbf ? { dbf } : {}),
      ...(prj ? { prj } : {}),
      ...(cpg ? { cpg } : {}),
    };
    const collections = [await shp(parts)].flat() as GeoJSON.FeatureCollection[];
    return collections.flatMap((collection) => readJson(collection, file.name));
  } catch (error) {
    if (error instanceof BoundaryError) throw error;
    throw new BoundaryError(`${file.name}: not a readable Shapefile (${reasonOf(error)})`, { cause: error });
  }
}

/** RFC 7946 knows WGS 84 alone; the older `crs` member is taken when it says the same. */
function checkCrs(crs: unknown, name: string): void {
  const said = JSON.stringify(crs ?? null);
  if (crs === null || /CRS:?:?84|EPSG:{1,2}4326|WGS ?84/i.test(said)) return;
  throw new BoundaryError(`${name}: its coordinates are not WGS 84 (crs ${said}); ${CONVERT}`);
}

/** The reader undoes a projection but no shift of datum, and VN-2000 lies about 200 m off. */
function checkProjection(prj: string, name: string): void {
  if (/WGS[_ ]?(19)?84/i.test(prj)) return;
  throw new BoundaryError(`${name}: its .prj is not WGS 84 (${prj.slice(0, 60)}…); ${CONVERT}`);
}

/** Throws when a coordinate cannot be lon, lat in degrees. */
function checkDegrees(one: SourceFeature, input: string): void {
  const wrong = firstPosition(one.geometry, ([lon, lat]) => !(Math.abs(lon) <= 180 && Math.abs(lat) <= 90));
  if (!wrong) return;
  const [a, b] = wrong;
  const where = one.file === input ? input : `${input}: ${one.file}`;
  const swapped = a >= 8 && a <= 24 && b >= 102 && b <= 118;
  throw new BoundaryError(
    swapped
      ? `${where}: the coordinate [${a}, ${b}] gives latitude first; GeoJSON wants [lon, lat]`
      : `${where}: the coordinate [${a}, ${b}] is not in degrees (projected, for example VN-2000?); ${CONVERT}`,
  );
}

function firstPosition(
  geometry: GeoJSON.Geometry | null,
  test: (position: [number, number]) => boolean,
): [number, number] | undefined {
  if (!geometry) return undefined;
  if (geometry.type === 'GeometryCollection') {
    for (const part of geometry.geometries) {
      const found = firstPosition(part, test);
      if (found) return found;
    }
    return undefined;
  }
  const pending: unknown[] = [geometry.coordinates];
  while (pending.length > 0) {
    const item = pending.pop();
    if (!Array.isArray(item)) continue;
    if (typeof item[0] === 'number') {
      const position: [number, number] = [item[0], Number(item[1])];
      if (test(position)) return position;
    } else for (const part of item) pending.push(part);
  }
  return undefined;
}
