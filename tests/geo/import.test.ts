import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import type { Geometry, Position } from 'geojson';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoundaryError } from '../../geo/boundary-error.ts';
import { loadDivision } from '../../geo/divisions.ts';
import { assertImportable, formatReport, type ImportReport, readBoundaries } from '../../geo/import.ts';
import { createLocator } from '../../geo/locate.ts';
import { polygonsOf, ringAreaDeg } from '../../geo/rings.ts';
import { drawSchematic } from '../../geo/schematic.ts';
import type { AreaGeometry } from '../../geo/types.ts';
import { describeWithRealBoundaries, readRealUnits, realFile } from './real-boundaries.ts';
import { writeShapefile } from './shapefile-writer.ts';

const division = loadDivision('2025');
const drawn = drawSchematic(division).polygons;
const dir = mkdtempSync(join(tmpdir(), 'import-'));
afterAll(() => rmSync(dir, { recursive: true }));

type TestFeature = { type: 'Feature'; properties: Record<string, unknown>; geometry: Geometry | null };
type Units = typeof division.wards;

/** The units as features, with the properties that `describe` gives them. */
const featuresOf = (
  properties: (unit: Units[number]) => Record<string, unknown>,
  units: Units = division.wards,
) =>
  units.map(
    (unit): TestFeature => ({ type: 'Feature', properties: properties(unit), geometry: shape(unit.code) }),
  );
const byCode = (unit: Units[number]) => ({ code: unit.code, name: unit.name });
const shape = (code: string): AreaGeometry => {
  const geometry = drawn.get(code);
  if (!geometry) throw new Error(`${code} was not drawn`);
  return structuredClone(geometry);
};
const collection = (features: readonly TestFeature[]) => ({ type: 'FeatureCollection', features });

let files = 0;
/** Writes a file into the tests' folder and gives its path. */
function write(content: unknown, name = `${files++}.geojson`): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
  );
  return path;
}
const read = (content: unknown, name?: string) => readBoundaries(write(content, name), { division: '2025' });

/** A report without findings: everything matched, nothing else to say. */
function expectWhole(report: ImportReport): void {
  expect(report.matched).toBe(168);
  const { missing, extra, ambiguous, duplicates, name_differs, invalid, overlaps, holes } = report;
  expect({ missing, extra, ambiguous, duplicates, name_differs, invalid, overlaps, holes }).toEqual({
    ...{
      missing: [],
      extra: [],
      ambiguous: [],
      duplicates: [],
      name_differs: [],
      invalid: [],
      overlaps: [],
      holes: [],
    },
  });
  expect(() => assertImportable(report)).not.toThrow();
}

describe('formats', () => {
  test('a FeatureCollection comes back as it was written', async () => {
    const { polygons, report } = await read(collection(featuresOf(byCode)));
    expectWhole(report);
    expect(report).toMatchObject({
      by_code: 168,
      by_name: 0,
      level: 'ward',
      used: { code: 'code', name: 'name' },
    });
    expect(new Map(polygons)).toEqual(new Map([...drawn].sort(([a], [b]) => (a < b ? -1 : 1))));
  });

  test('an array of features, and a byte order mark in front, are read too', async () => {
    expectWhole((await read(`\uFEFF${JSON.stringify(featuresOf(byCode))}`)).report);
  });

  test('TopoJSON, with quantised arcs', async () => {
    const scale = 1e-5;
    const arcs: number[][][] = [];
    const geometries = division.wards.map((unit) => {
      const ring = polygonsOf(shape(unit.code))[0]?.[0] ?? [];
      let last = [0, 0];
      const arc = ring.map(([lon = 0, lat = 0]) => {
        const here = [Math.round((lon - 106) / scale), Math.round((lat - 8) / scale)];
        const step = here.map((value, axis) => value - (last[axis] ?? 0));
        last = here;
        return step;
      });
      arcs.push(arc);
      return { type: 'Polygon', arcs: [[arcs.length - 1]], properties: { ma_xa: unit.code } };
    });
    const { polygons, report } = await read({
      type: 'Topology',
      transform: { scale: [scale, scale], translate: [106, 8] },
      objects: { wards: { type: 'GeometryCollection', geometries } },
      arcs,
    });
    expectWhole(report);
    expect(polygons.get('26740')).toEqual(drawn.get('26740'));
  });

  const shapefile = () =>
    writeShapefile(
      division.wards.map((unit) => ({
        geometry: shape(unit.code),
        fields: { MaXa: unit.code, TenXa: unit.name },
      })),
    );
  const WGS84 =
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';

  test('a Shapefile in a zip, and one with its companions beside it', async () => {
    const { shp, dbf } = shapefile();
    const text = new TextEncoder();
    const parts = {
      'x/wards.shp': shp,
      'x/wards.dbf': dbf,
      'x/wards.prj': text.encode(WGS84),
      'x/wards.cpg': text.encode('UTF-8'),
    };
    const zipped = await read(zipSync(parts), 'wards-shp.zip');
    expectWhole(zipped.report);
    expect(zipped.report.used).toEqual({ code: 'MaXa', name: 'TenXa' });
    expect(zipped.polygons.get('26740')).toEqual(drawn.get('26740'));
    write(dbf, 'alone/wards.dbf');
    write('UTF-8', 'alone/wards.cpg');
    expectWhole((await read(shp, 'alone/wards.shp')).report);
  });

  test('a Shapefile of another datum is refused, one without its table has nothing to match by', async () => {
    const { shp, dbf } = shapefile();
    const prj = new TextEncoder().encode('PROJCS["VN-2000 / UTM zone 48N",GEOGCS["VN-2000"]]');
    await expect(
      read(zipSync({ 'wards.shp': shp, 'wards.dbf': dbf, 'wards.prj': prj }), 'vn2000.zip'),
    ).rejects.toThrow(
      /wards\.shp: its \.prj is not WGS 84 \(PROJCS\["VN-2000.*ogr2ogr -f GeoJSON -t_srs EPSG:4326/,
    );
    const { report } = await read(zipSync({ 'wards.shp': shp }), 'no-dbf.zip');
    expect(() => assertImportable(report)).toThrow(/none of its 168 features is a ward of division 2025/);
  });

  /** One file a unit, as the publisher's map is often copied: `wards/26740_sai_gon.geojson`. */
  const oneByOne = (content: (unit: Units[number]) => unknown) =>
    division.wards.map((unit) => ({
      name: `wards/${unit.code}_x.geojson`,
      text: JSON.stringify(content(unit)),
    }));
  const bare = (unit: Units[number]) => shape(unit.code);

  test('a folder with one file a unit, matched by file name where the file says nothing', async () => {
    for (const { name, text } of oneByOne(bare)) write(text, `folder/${name}`);
    write('# Wards', 'folder/README.md');
    write({ licence: 'MIT' }, 'folder/package.json');
    const { report } = await readBoundaries(join(dir, 'folder'), { division: '2025' });
    expectWhole(report);
    expect(report).toMatchObject({ by_file_name: 168, by_code: 0, ignored_files: ['package.json'] });
  });

  test('a folder with geometries that carry their own name', async () => {
    for (const { name, text } of oneByOne((unit) => ({ ...shape(unit.code), name: unit.name })))
      write(text, `named/${name.replace(/\d+_/, 'ward-')}${name.slice(6, 11)}.json`);
    const { report } = await readBoundaries(join(dir, 'named'), { division: '2025' });
    expectWhole(report);
    expect(report.by_name).toBe(168);
  });

  test('zip, tar and tar.gz with one file a unit', async () => {
    const entries = oneByOne((unit) => ({
      type: 'Feature',
      properties: byCode(unit),
      geometry: shape(unit.code),
    }));
    const zip = zipSync(
      Object.fromEntries(entries.map(({ name, text }) => [name, new TextEncoder().encode(text)])),
    );
    expectWhole((await read(zip, 'wards.zip')).report);
    const archive = pack();
    for (const { name, text } of entries) archive.entry({ name }, text);
    archive.finalize();
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive) chunks.push(chunk as Uint8Array);
    const tar = new Uint8Array(Buffer.concat(chunks));
    expectWhole((await read(tar, 'wards.tar')).report);
    expectWhole((await read(new Uint8Array(gzipSync(tar)), 'wards.tgz')).report);
    // What an archive is, its bytes say.
    expectWhole((await read(new Uint8Array(gzipSync(tar)), 'download')).report);
  });

  test('a gzipped file', async () => {
    expectWhole(
      (await read(new Uint8Array(gzipSync(JSON.stringify(collection(featuresOf(byCode))))), 'w.geojson.gz'))
        .report,
    );
  });
});

describe('a URL', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    const whole = JSON.stringify(collection(featuresOf(byCode)));
    server = createServer((request, response) => {
      if (request.url === '/wards.geojson') response.end(whole);
      else if (request.url === '/moved') response.writeHead(302, { location: '/wards.geojson' }).end();
      else if (request.url === '/broken') {
        response.writeHead(200, { 'content-length': whole.length });
        response.write(whole.slice(0, 1000), () => response.destroy());
      } else if (request.url === '/page') response.end('<!doctype html><p>Log in');
      else response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  test('is downloaded, with progress, also after a redirection', async () => {
    const steps = new Set<string>();
    const { report } = await readBoundaries(`${url}/wards.geojson`, {
      division: '2025',
      onProgress: (step) => steps.add(step),
    });
    expectWhole(report);
    expect([...steps]).toEqual(['download', 'clean', 'check overlaps', 'check holes']);
    expectWhole((await readBoundaries(`${url}/moved`, { division: '2025' })).report);
  });

  test('that fails says how', async () => {
    const fetched = (path: string) => readBoundaries(path, { division: '2025' });
    await expect(fetched(`${url}/gone`)).rejects.toThrow(`${url}/gone: the server answered 404 Not Found`);
    await expect(fetched(`${url}/broken`)).rejects.toThrow(/\/broken: broke off after \d+ bytes/);
    await expect(fetched(`${url}/page`)).rejects.toThrow(/page: KML, GML and other XML are not read/);
    await expect(fetched('ftp://127.0.0.1/wards.zip')).rejects.toThrow(
      /only http:\/\/ and https:\/\/ addresses/,
    );
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    await expect(fetched(`http://127.0.0.1:${port}/x`)).rejects.toThrow(
      /could not be reached \(.*ECONNREFUSED/,
    );
  });
});

describe('matching', () => {
  test.each([
    ['code as a number', (unit: Units[number]) => ({ ma: Number(unit.code), ten: unit.name })],
    [
      'code with its province',
      (unit: Units[number]) => ({ ADM3_PCODE: `VN79${unit.code}`, ADM3_VI: unit.name }),
    ],
    ['code as a path', (unit: Units[number]) => ({ MAXA: `79.760.${unit.code}` })],
    ['code as the feature’s id among other numbers', (unit: Units[number]) => ({ fid: 7, id: unit.code })],
  ])('%s', async (_, properties) => {
    const { report } = await read(collection(featuresOf(properties)));
    expectWhole(report);
    expect(report.by_code).toBe(168);
  });

  test('names match without tone marks, prefixes, case or the place of the tone mark', async () => {
    const plain = (name: string) =>
      name.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D');
    const given = (unit: Units[number], k: number) =>
      [
        unit.name.toUpperCase(),
        unit.name.replace('Phường ', 'P. '),
        plain(unit.name),
        unit.name.normalize('NFD'),
      ][k % 4];
    // "Thanh An" and "Thạnh An" are one name without marks: their parents tell them apart.
    const { report } = await read(
      collection(
        featuresOf((unit) => ({ TEN_XA: given(unit, division.wards.indexOf(unit)), huyen: unit.parent })),
      ),
    );
    expectWhole(report);
    expect(report).toMatchObject({ by_name: 168, used: { name: 'TEN_XA', parent: 'huyen' } });
  });

  test('a name that fits several units is told by its parent, else reported', async () => {
    const twins = division.wards.filter((unit) => ['Xã Thanh An', 'Xã Thạnh An'].includes(unit.name));
    expect(twins.map((unit) => unit.parent).sort()).toEqual(['74', '787']);
    const others = division.wards.filter((unit) => !twins.includes(unit));
    const rest = featuresOf((unit) => ({ name: unit.name }), others);
    const alike = (more: (unit: Units[number]) => object) =>
      featuresOf((unit) => ({ name: 'Thanh An', ...more(unit) }), twins);
    const unclear = await read(collection([...rest, ...alike(() => ({}))]));
    expect(unclear.report.ambiguous.map((one) => one.reason)).toEqual([
      'the name fits 2 units: 25807, 27676',
      'the name fits 2 units: 25807, 27676',
    ]);
    expect(unclear.report.missing.map((unit) => unit.code)).toEqual(['25807', '27676']);
    expect(() => assertImportable(unclear.report)).toThrow(
      /2 of 168 wards would be lost: 25807 Xã Thanh An, 27676 Xã Thạnh An/,
    );
    const parents: Record<string, string> = { '74': 'Bình Dương', '787': 'H. Cần Giờ' };
    const clear = await read(collection([...rest, ...alike((unit) => ({ district: parents[unit.parent] }))]));
    expectWhole(clear.report);
  });

  test('a mapping by option goes before the presets; a property nobody has is an error', async () => {
    const odd = collection(featuresOf((unit) => ({ name: 'x', q7: unit.code, q8: unit.name })));
    const path = write(odd);
    const { report } = await readBoundaries(path, { division: '2025', code: 'q7', name: 'q8' });
    expectWhole(report);
    expect((await readBoundaries(path, { division: '2025', name: 'q8' })).report.by_name).toBe(168);
    await expect(readBoundaries(path, { division: '2025', code: 'q9' })).rejects.toThrow(
      /--code q9: no feature has this property; they have name, q7, q8/,
    );
  });

  test('units of other provinces are extra, by code and by name', async () => {
    const elsewhere = (properties: object): TestFeature => ({
      type: 'Feature',
      properties: { ...properties },
      geometry: square(105, 21, 105.1, 21.1),
    });
    const coded = await read(
      collection([...featuresOf(byCode), elsewhere({ code: '00004', name: 'Phường Sài Gòn' })]),
    );
    expect(coded.report.extra).toMatchObject([{ label: '00004 Phường Sài Gòn' }]);
    expect(coded.report.matched).toBe(168);
    const named = await read(
      collection([...featuresOf((unit) => ({ name: unit.name })), elsewhere({ name: 'Phường Sài Gòn' })]),
    );
    expect(named.report.extra).toMatchObject([{ label: 'Phường Sài Gòn', reason: 'a namesake elsewhere' }]);
    expect(named.polygons.get('26740')).toEqual(drawn.get('26740'));
    expect(named.report.duplicates).toEqual([]);
  });

  test('a namesake in a province next door is told by the unit’s point', async () => {
    const near: TestFeature = {
      type: 'Feature',
      properties: { name: 'Sài Gòn' },
      geometry: square(107.0, 10.9, 107.1, 11),
    };
    const { polygons, report } = await read(
      collection([near, ...featuresOf((unit) => ({ name: unit.name }))]),
    );
    expect(polygons.get('26740')).toEqual(drawn.get('26740'));
    expect(report.extra).toHaveLength(1);
  });

  test('codes of the other division are refused by the names they come with', async () => {
    const { report } = await readBoundaries(write(collection(featuresOf(byCode))), { division: 'pre-2025' });
    expect(report.matched).toBe(102);
    expect(report.name_differs).toContainEqual({
      code: '26740',
      name: 'Phường Bến Nghé',
      given: 'Phường Sài Gòn',
    });
    expect(() => assertImportable(report, { allowMissing: true })).toThrow(
      /26740 is Phường Bến Nghé, not Phường Sài Gòn.*codes of another division than pre-2025/s,
    );
  });

  test('division pre-2025 takes its 22 districts, or its wards by name and district', async () => {
    const districts = loadDivision('pre-2025').districts.map(
      (district, k): TestFeature => ({
        type: 'Feature',
        properties: { ma_huyen: district.code, ten_huyen: district.name },
        geometry: square(106.5 + k / 100, 10.7, 106.51 + k / 100, 10.71),
      }),
    );
    const first = await readBoundaries(write(collection(districts)), { division: 'pre-2025' });
    expect(first.report).toMatchObject({ level: 'district', matched: 22, expected: 22, missing: [] });
    const names = loadDivision('pre-2025').district_by_code;
    const wards = loadDivision('pre-2025').wards.map(
      (ward, k): TestFeature => ({
        type: 'Feature',
        properties: { ward: ward.name, district: names.get(ward.parent)?.name },
        geometry: square(
          106.4 + (k % 20) / 50,
          10.7 + Math.floor(k / 20) / 50,
          106.42 + (k % 20) / 50,
          10.72 + Math.floor(k / 20) / 50,
        ),
      }),
    );
    const second = await readBoundaries(write(collection(wards)), { division: 'pre-2025' });
    expect(second.report).toMatchObject({
      level: 'ward',
      matched: 273,
      by_name: 273,
      missing: [],
      ambiguous: [],
    });
  });
});

const square = (west: number, south: number, east: number, north: number): AreaGeometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ],
});

describe('checks', () => {
  /** All units, one of them changed. */
  const withOne = (code: string, change: (feature: TestFeature) => TestFeature | TestFeature[]) =>
    collection(featuresOf(byCode).flatMap((one) => (one.properties.code === code ? change(one) : one)));

  test('a missing unit refuses the import and is named; told to, it goes without', async () => {
    const { polygons, report } = await read(withOne('26740', () => []));
    expect(report.missing).toEqual([{ code: '26740', name: 'Phường Sài Gòn' }]);
    expect(polygons.size).toBe(167);
    expect(() => assertImportable(report)).toThrow(BoundaryError);
    expect(() => assertImportable(report)).toThrow(
      /1 of 168 wards would be lost: 26740 Phường Sài Gòn; nothing was changed/,
    );
    expect(() => assertImportable(report, { allowMissing: true })).not.toThrow();
    // Where it lay there is a hole now, and the hole is as large as it was.
    expect(report.holes).toHaveLength(1);
    const [hole] = report.holes;
    expect(
      createLocator({ boundary: 'schematic', polygons: drawn }).locate(hole?.lon ?? 0, hole?.lat ?? 0),
    ).toBe('26740');
    expect(Math.abs((hole?.km2 ?? 0) / (division.ward_by_code.get('26740')?.area_km2 ?? 0) - 1)).toBeLessThan(
      0.2,
    );
  });

  test('a unit given twice is reported and the first taken; parts that lie apart are joined', async () => {
    const twice = await read(withOne('26740', (one) => [one, structuredClone(one)]));
    expect(twice.report.duplicates).toEqual([
      { code: '26740', name: 'Phường Sài Gòn', features: 2, joined: false },
    ]);
    expect(twice.polygons.get('26740')).toEqual(drawn.get('26740'));
    const island = { ...featuresOf(byCode)[0], geometry: square(107.5, 10.2, 107.51, 10.21) } as TestFeature;
    const parts = await read(withOne('26740', (one) => [one, { ...island, properties: one.properties }]));
    expect(parts.report.duplicates).toMatchObject([{ code: '26740', joined: true }]);
    expect(parts.polygons.get('26740')?.type).toBe('MultiPolygon');
  });

  test('overlaps of more than 1 % of the smaller are named with their size', async () => {
    const grown = (share: number) =>
      withOne('26740', (one) => {
        const [ring = []] = (one.geometry as AreaGeometry).coordinates as Position[][];
        const { lon, lat } = division.ward_by_code.get('26740') as { lon: number; lat: number };
        const larger = ring.map(([x = 0, y = 0]) => [
          lon + (x - lon) * (1 + share),
          lat + (y - lat) * (1 + share),
        ]);
        return { ...one, geometry: { type: 'Polygon', coordinates: [larger] } };
      });
    const { report } = await read(grown(0.3));
    expect(report.overlaps.length).toBeGreaterThan(2);
    for (const { codes, share, km2 } of report.overlaps) {
      expect(codes).toContain('26740');
      expect(share).toBeGreaterThan(0.01);
      expect(km2).toBeGreaterThan(0);
    }
    expect(report.area_off).toContainEqual(expect.objectContaining({ code: '26740' }));
    expect(report.area_off.find((one) => one.code === '26740')?.ratio).toBeGreaterThan(1.5);
    expect((await read(grown(0.002))).report.overlaps).toEqual([]);
  });

  test('unclosed rings, heights and the wrong winding are put right', async () => {
    const { polygons, report } = await read(
      withOne('26740', (one) => {
        const [ring = []] = (one.geometry as AreaGeometry).coordinates as Position[][];
        const raised = ring.slice(0, -1).map(([lon = 0, lat = 0]) => [lon + 1e-9, lat, 12.5]);
        return { ...one, geometry: { type: 'Polygon', coordinates: [raised.reverse()] } };
      }),
    );
    expect(report.invalid).toEqual([
      { code: '26740', name: 'Phường Sài Gòn', problems: ['an unclosed ring'], repaired: true },
    ]);
    const [ring = []] = polygonsOf(polygons.get('26740') ?? square(0, 0, 1, 1))[0] ?? [];
    expect(ringAreaDeg(ring)).toBeGreaterThan(0);
    expect(new Set(ring.map(String))).toEqual(new Set(polygonsOf(shape('26740'))[0]?.[0]?.map(String)));
  });

  test('a ring that crosses itself is repaired, a polygon without any ring left out and its unit missing', async () => {
    const bow: AreaGeometry = {
      type: 'Polygon',
      coordinates: [
        [
          [106.7, 10.77],
          [106.71, 10.78],
          [106.71, 10.77],
          [106.7, 10.78],
          [106.7, 10.77],
        ],
      ],
    };
    const crossed = await read(withOne('26740', (one) => ({ ...one, geometry: bow })));
    expect(crossed.report.invalid).toMatchObject([
      { problems: ['a ring crosses itself or another'], repaired: true },
    ]);
    expect(polygonsOf(crossed.polygons.get('26740') ?? bow)).toHaveLength(2);
    const line: Geometry = {
      type: 'Polygon',
      coordinates: [
        [
          [106.7, 10.77],
          [106.71, 10.78],
          [106.7, 10.77],
        ],
      ],
    };
    const flat = await read(withOne('26740', (one) => ({ ...one, geometry: line })));
    expect(flat.report.invalid).toMatchObject([
      { problems: ['a ring of fewer than 3 corners'], repaired: false },
    ]);
    expect(flat.report.missing).toHaveLength(1);
    const point = await read(
      withOne('26740', (one) => ({ ...one, geometry: { type: 'Point', coordinates: [106.7, 10.7] } })),
    );
    expect(point.report.invalid).toMatchObject([{ problems: ['no polygon (Point)'], repaired: false }]);
    const none = await read(withOne('26740', (one) => ({ ...one, geometry: null })));
    expect(none.report.missing).toHaveLength(1);
  });

  test('the report reads as lines, with figures, long lists shortened', async () => {
    const { report } = await read(collection(featuresOf(byCode, division.wards.slice(0, 140))));
    const text = formatReport(report);
    expect(text).toContain('matched     140 of 168 (140 by code, 0 by name, 0 by file name)');
    expect(text).toContain('missing     28');
    expect(text).toContain('… and 18 more');
    expect(text).not.toContain('overlaps');
  });
});

describe('input that cannot be used', () => {
  test.each([
    [
      'truncated JSON',
      '{"type":"FeatureCollection","features":[{"type":"Fea',
      /neither JSON nor any other format/,
    ],
    ['an empty file', '', /neither JSON nor any other format/],
    ['an empty collection', collection([]), /no features in/],
    ['JSON of something else', { hello: 'world' }, /no features in/],
    ['a collection without its list', { type: 'FeatureCollection' }, /a FeatureCollection without features/],
    ['a broken zip', new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3, 4, 5]), /not a readable zip archive/],
    ['a broken gzip', new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3]), /not readable gzip/],
    [
      'a GeoPackage',
      `SQLite format 3\0${'x'.repeat(100)}`,
      /GeoPackage is not read here; convert it first: ogr2ogr -f GeoJSON/,
    ],
    ['KML', '<?xml version="1.0"?><kml/>', /KML, GML and other XML are not read; convert/],
    [
      'a TopoJSON without arcs',
      { type: 'Topology', objects: { a: { type: 'Polygon', arcs: [[3]] } }, arcs: [] },
      /not a readable TopoJSON/,
    ],
  ])('%s is refused with its file’s name', async (_, content, message) => {
    const path = write(content, `bad-${files++}.geojson`);
    const result = readBoundaries(path, { division: '2025' });
    await expect(result).rejects.toThrow(BoundaryError);
    await expect(result).rejects.toThrow(message);
    await expect(result).rejects.toThrow(/bad-\d+\.geojson/);
  });

  test('a corrupt Shapefile is refused with its name', async () => {
    await expect(read(zipSync({ 'wards.shp': new Uint8Array(120).fill(7) }), 'bad.zip')).rejects.toThrow(
      /wards\.shp: not a readable Shapefile/,
    );
  });

  test('one corrupt file of a folder is named', async () => {
    write({ ...shape('26740') }, 'part/26740.geojson');
    write('{"type":', 'part/26743.geojson');
    await expect(readBoundaries(join(dir, 'part'), { division: '2025' })).rejects.toThrow(
      /26743\.geojson: neither JSON/,
    );
  });

  test('coordinates that are not WGS 84 degrees are refused', async () => {
    const moved = (change: (position: Position) => Position) =>
      collection(
        featuresOf(byCode).map((one) => ({
          ...one,
          geometry: {
            type: 'Polygon',
            coordinates: ((one.geometry as AreaGeometry).coordinates as Position[][]).map((ring) =>
              ring.map(change),
            ),
          },
        })),
      );
    await expect(read(moved(([lon = 0, lat = 0]) => [lon * 6000, lat * 110_000]))).rejects.toThrow(
      /is not in degrees \(projected, for example VN-2000\?\); convert it first/,
    );
    await expect(read(moved(([lon = 0, lat = 0]) => [lat, lon]))).rejects.toThrow(/gives latitude first/);
    const crs = (name: string) => ({
      ...collection(featuresOf(byCode)),
      crs: { type: 'name', properties: { name } },
    });
    await expect(read(crs('urn:ogc:def:crs:EPSG::3405'))).rejects.toThrow(
      /not WGS 84 \(crs .*EPSG::3405.*ogr2ogr/,
    );
    expectWhole((await read(crs('urn:ogc:def:crs:OGC:1.3:CRS84'))).report);
    expectWhole((await read(crs('EPSG:4326'))).report);
  });

  test('a file or folder that is not there, or holds nothing', async () => {
    await expect(readBoundaries(join(dir, 'nowhere.geojson'), { division: '2025' })).rejects.toThrow(
      /nowhere\.geojson: no such file or folder/,
    );
    mkdirSync(join(dir, 'empty'));
    await expect(readBoundaries(join(dir, 'empty'), { division: '2025' })).rejects.toThrow(
      /holds no GeoJSON/,
    );
  });
});

describeWithRealBoundaries('importing the real boundaries', () => {
  test('matches all 168 units, keeps their shape, and finds the four known areas that are off', async () => {
    const { polygons, report } = await readBoundaries(realFile('hcmc_units_2025_168.geojson'), {
      division: '2025',
    });
    expectWhole(report);
    expect(polygons.get('26740')?.coordinates.flat(2)).toHaveLength(
      readRealUnits().polygons.get('26740')?.coordinates.flat(2).length ?? 0,
    );
    expect(report.area_off.map((one) => one.code).sort()).toEqual(['26536', '26842', '26968', '27676']);
  });

  test('also by name alone, in a file where each unit is one of a folder', async () => {
    for (const [code, geometry] of readRealUnits().polygons)
      write({ ...geometry, ten: division.ward_by_code.get(code)?.name }, `real/${files++}.json`);
    const { report } = await readBoundaries(join(dir, 'real'), { division: '2025' });
    expectWhole(report);
    expect(report.by_name).toBe(168);
  });

  test('22 districts of before', async () => {
    const { report } = await readBoundaries(realFile('hcmc_districts_22.geojson'), { division: 'pre-2025' });
    expect(report).toMatchObject({ level: 'district', matched: 22, missing: [], overlaps: [], holes: [] });
  });
});
