import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { AreaFiguresSchema } from '../../server/contract/coverage.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { flatColumns } from '../../server/exports/flat-columns.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';

// Two wards with learners, one of them with few; a planner's GIS reads them.

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const admin = bearer(ADMIN_KEY);
const BUSY = '27265'; // Khánh Hội
const FEW = '27286'; // Vĩnh Hội, of the same former district
const BESIDE = '27259'; // Xóm Chiếu, the third of it
const today = startOfCityDay(Date.now());
const yesterday = toCityIso(today - DAY_MS).slice(0, 10);

let service: TestService;
let viewer: Record<string, string>;
let viewerKey: string;

const ogc = (url: string, headers: Record<string, string> = admin) => service.get(`/ogc${url}`, headers);
const linkOf = (body: any, rel: string) => body.links.find((link: any) => link.rel === rel);
/** Follows an absolute link of this service. */
const follow = (href: string, headers: Record<string, string> = admin) => {
  expect(href.startsWith(service.url)).toBe(true);
  return service.get(href.slice(service.url.length), headers);
};

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  viewerKey = (await createKey(service.store, { role: 'viewer', name: 'viewer' })).key;
  viewer = bearer(viewerKey);
  const learn = (ward: string, count: number) =>
    Array.from({ length: count }, () =>
      anEvent({
        ward,
        home_ward: ward,
        learner_id: randomUUID(),
        occurred_at: `${yesterday}T09:30:00+07:00`,
      }),
    );
  const sent = await service.send([...learn(BUSY, 40), ...learn(BESIDE, 10), ...learn(FEW, 2)], admin);
  expect(sent.body.accepted).toBe(52);
  const place = { source: 'centre', kind: 'centre', seats: 40 };
  for (const [id, input] of [
    ['clc-a', { ...place, name: '=Trung tâm A', lon: 106.7, lat: 10.76 }],
    ['clc:b.1', { ...place, name: 'Trung tâm B', lon: 106.8, lat: 10.9, kind: 'library' }],
    ['nowhere', { ...place, name: 'No position' }],
  ] as const) {
    const answer = await fetch(`${service.url}/api/v1/sources/${id}`, {
      method: 'PUT',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    expect(answer.status).toBe(200);
  }
});
afterAll(() => service.stop());

describe('the way in', () => {
  test('the landing page links to all there is, each link true', async () => {
    for (const url of ['', '/']) {
      const { status, body } = await ogc(url);
      expect(status).toBe(200);
      for (const rel of ['self', 'service-desc', 'service-doc', 'conformance', 'data'])
        expect(linkOf(body, rel)).toMatchObject({ href: expect.any(String), type: expect.any(String) });
      for (const link of body.links) {
        const answer = await follow(link.href);
        expect(answer.status, link.href).toBe(200);
        const type = answer.headers.get('content-type') ?? '';
        if (!link.type.includes('openapi')) expect(type).toContain(link.type);
      }
    }
  });

  test('says what it conforms to', async () => {
    const { body } = await ogc('/conformance');
    const of = (name: string) => `http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`;
    expect(body.conformsTo).toEqual(expect.arrayContaining(['core', 'geojson', 'oas30', 'html'].map(of)));
  });

  test('its definition is OpenAPI 3.0 and has every collection’s parameters', async () => {
    const landing = (await ogc('')).body;
    const { body, headers } = await follow(linkOf(landing, 'service-desc').href);
    expect(headers.get('content-type')).toContain('application/vnd.oai.openapi+json;version=3.0');
    expect(body.openapi).toMatch(/^3\.0\./);
    expect(body.servers).toEqual([{ url: `${service.url}/ogc` }]);
    const names = (url: string) => body.paths[url].get.parameters.map((one: any) => one.name);
    expect(names('/collections/wards/items')).toEqual(
      expect.arrayContaining(['bbox', 'datetime', 'limit', 'parent', 'source', 'group', 'class_reach']),
    );
    expect(names('/collections/places/items')).toContain('kind');
    expect(names('/collections/places/items')).not.toContain('group');
  });

  test('is part of the product’s own definition', async () => {
    const { body } = await service.get('/api/openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/ogc', '/ogc/collections', '/ogc/collections/{collectionId}/items']),
    );
  });

  test('three collections with extent, CRS84 and links that hold', async () => {
    const { body } = await ogc('/collections');
    expect(body.collections.map((one: any) => one.id)).toEqual(['wards', 'districts', 'places']);
    for (const collection of body.collections) {
      expect(collection).toMatchObject({
        itemType: 'feature',
        crs: ['http://www.opengis.net/def/crs/OGC/1.3/CRS84'],
      });
      const own = (await follow(linkOf(collection, 'self').href)).body;
      expect(own.extent).toEqual(collection.extent);
      for (const link of collection.links) {
        const answer = await follow(link.href);
        expect(answer.status, link.href).toBe(200);
        expect(answer.headers.get('content-type')).toContain(link.type);
      }
    }
    const [wards, , places] = body.collections;
    // Côn Đảo is part of it, though not of the first view.
    expect(wards.extent.spatial.bbox[0][1]).toBeLessThan(9);
    expect(wards.extent.temporal.interval).toEqual([[new Date(today - DAY_MS).toISOString(), null]]);
    expect(places.extent.spatial.bbox).toEqual([[106.7, 10.76, 106.8, 10.9]]);
  });

  test('is closed without a key, and open to the public’s figures in public mode only', async () => {
    for (const url of ['', '/collections', '/collections/wards/items', '/collections/wards/items/27265'])
      expect((await ogc(url, {})).status).toBe(401);
    expect((await ogc('/collections/wards/items/27265', viewer)).status).toBe(200);
  });
});

describe('items', () => {
  test('every figure of coverage is a flat property, the same as coverage says', async () => {
    const { body } = await ogc(`/collections/wards/items?datetime=${yesterday}`);
    expect(body).toMatchObject({ type: 'FeatureCollection', numberMatched: 168, numberReturned: 168 });
    expect(Date.parse(body.timeStamp)).toBeGreaterThan(Date.now() - 60_000);
    const query = `from=${toCityIso(today - DAY_MS)}&to=${toCityIso(today)}`.replaceAll('+', '%2B');
    const coverage = (await service.get(`/api/v1/coverage?${query}`, admin)).body;
    const columns = flatColumns(AreaFiguresSchema);
    for (const [i, feature] of body.features.entries()) {
      const row = coverage.areas[i];
      expect(feature).toMatchObject({ type: 'Feature', id: row.code });
      for (const { name, path } of columns) {
        const value = path.reduce((at: any, key) => at?.[key], row);
        expect(feature.properties[name], name).toEqual(value ?? (name === 'suppressed' ? false : null));
      }
    }
    const busy = body.features.find((one: any) => one.id === BUSY);
    expect(busy.properties).toMatchObject({
      name: 'Phường Khánh Hội',
      parent: '773',
      events: 40,
      learners: 40,
      as_of: coverage.as_of,
      from: coverage.from,
      to: coverage.to,
    });
    expect(busy.geometry.type).toMatch(/Polygon$/);
  });

  test('pages follow one another by their links, each feature once, in the order of codes', async () => {
    const codes: string[] = [];
    let next = linkOf((await ogc('/collections/wards')).body, 'items').href;
    next += '?limit=50';
    let pages = 0;
    while (next) {
      const { body } = await follow(next, viewer);
      expect(body.numberMatched).toBe(168);
      expect(body.numberReturned).toBe(body.features.length);
      codes.push(...body.features.map((one: any) => one.id));
      const link = linkOf(body, 'next');
      if (link) {
        expect(link.type).toBe('application/geo+json');
        // The window is fixed: the pages of one reading agree, also over midnight.
        expect(new URL(link.href).searchParams.get('datetime')).toMatch(
          /T00:00:00\+07:00\/.*T00:00:00\+07:00/,
        );
      }
      next = link?.href;
      pages++;
    }
    expect(pages).toBe(4);
    expect(codes).toHaveLength(168);
    expect(codes).toEqual([...new Set(codes)].sort());
  });

  test('limit over the maximum means the maximum', async () => {
    expect((await ogc('/collections/districts/items?limit=99999')).body.numberReturned).toBe(24);
  });

  test('bbox: only what it touches, also with heights and across the 180th meridian', async () => {
    const ids = async (bbox: string, collection = 'wards') =>
      (await ogc(`/collections/${collection}/items?bbox=${bbox}`)).body.features.map((one: any) => one.id);
    const few = await ids('106.699,10.755,106.701,10.757');
    expect(few.length).toBeGreaterThan(0);
    expect(few.length).toBeLessThan(5);
    expect(await ids('106.699,10.755,-10,106.701,10.757,90')).toEqual(few);
    expect(await ids('106.699,10.755,-170,10.757')).toEqual(expect.arrayContaining(few));
    expect(await ids('-170,10.755,-160,10.757')).toEqual([]);
    expect(await ids('106.75,10.8,106.85,10.95', 'places')).toEqual(['clc:b.1']);
  });

  test('datetime is the window of the figures', async () => {
    const events = async (datetime: string, headers: Record<string, string> = admin) => {
      const { body } = await ogc(`/collections/wards/items/${BUSY}?datetime=${datetime}`, headers);
      return body.properties.events;
    };
    expect(await events(`${yesterday}T09:45:00%2B07:00`)).toBe(40);
    expect(await events(`${yesterday}T11:00:00%2B07:00`)).toBe(0);
    // A viewer’s window is the whole day: two an hour apart would single people out.
    expect(await events(`${yesterday}T11:00:00%2B07:00`, viewer)).toBe(40);
    expect(await events(`../${yesterday}`)).toBe(40);
    expect(await events(`${yesterday}/..`)).toBe(40);
    expect(await events('2024-01-01/2024-02-01')).toBe(0);
  });

  test('a property of the same name is compared; figures can be asked for by source', async () => {
    const { body } = await ogc('/collections/wards/items?parent=773');
    expect(body.numberMatched).toBe(3);
    for (const { properties } of body.features) expect(properties.parent).toBe('773');
    const one = (url: string) => ogc(`/collections/${url}`).then((answer) => answer.body);
    expect((await one(`wards/items?code=${BUSY}`)).numberMatched).toBe(1);
    expect((await one('wards/items?suppressed=true')).numberMatched).toBe(0);
    expect((await one('places/items?kind=library')).features.map((f: any) => f.id)).toEqual(['clc:b.1']);
    const online = await one(`wards/items/${BUSY}?source=online_course&datetime=${yesterday}`);
    expect(online.properties.events).toBe(0);
    const before = await one('districts/items?division=pre-2025');
    expect(before.numberMatched).toBe(22);
  });

  test('few people are hidden from a viewer, by null and suppressed, whatever is asked', async () => {
    const few = async (headers: Record<string, string>) =>
      (await ogc(`/collections/wards/items/${FEW}?datetime=${yesterday}`, headers)).body.properties;
    expect(await few(admin)).toMatchObject({ learners: 2, suppressed: false });
    expect(await few(viewer)).toMatchObject({
      learners: null,
      events: null,
      rate: null,
      rate_eb: null,
      suppressed: true,
    });
    const { body } = await ogc(`/collections/wards/items?parent=773&datetime=${yesterday}`, viewer);
    // The one beside it is hidden with it: the district’s total would give it away.
    expect(body.features.filter((f: any) => f.properties.suppressed).map((f: any) => f.id)).toEqual([
      BESIDE,
      FEW,
    ]);
  });

  test('one feature links to its collection and back to itself', async () => {
    const { body, headers } = await ogc('/collections/places/items/clc%3Ab.1');
    expect(headers.get('content-type')).toContain('application/geo+json');
    expect(body).toMatchObject({
      type: 'Feature',
      id: 'clc:b.1',
      properties: { name: 'Trung tâm B', kind: 'library', seats: 40 },
      geometry: { type: 'Point', coordinates: [106.8, 10.9] },
    });
    expect((await follow(linkOf(body, 'self').href)).body.id).toBe('clc:b.1');
    expect((await follow(linkOf(body, 'collection').href)).body.id).toBe('places');
  });

  test('an unchanged answer is not sent again, and is nobody else’s', async () => {
    const url = `/collections/districts/items?datetime=${yesterday}`;
    const first = await ogc(url, viewer);
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toContain('private');
    expect((await ogc(url, { ...viewer, 'if-none-match': etag })).status).toBe(304);
    expect((await ogc(url, { ...admin, 'if-none-match': etag })).status).toBe(200);
  });

  test('a browser gets a page with the same, names escaped', async () => {
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    for (const url of [
      '',
      '/conformance',
      '/collections',
      '/collections/wards',
      '/collections/places/items',
    ]) {
      const { body, headers } = await ogc(url, { ...admin, accept });
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(body).toContain('<a rel=');
    }
    await fetch(`${service.url}/api/v1/sources/xss`, {
      method: 'PUT',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({
        source: 'centre',
        kind: 'centre',
        name: '<script>x()</script>',
        lon: 106.7,
        lat: 10.7,
      }),
    });
    const { body } = await ogc('/collections/places/items?f=html');
    expect(body).toContain('&lt;script&gt;');
    expect(body).not.toContain('<script>');
    const json = await ogc('/collections/places/items', {
      ...admin,
      accept: 'application/geo+json, text/html;q=0.5',
    });
    expect(json.body.type).toBe('FeatureCollection');
  });
});

describe('what cannot be answered', () => {
  test.each([
    ['/collections/wards/items?bbox=1,2,3', 'bbox'],
    ['/collections/wards/items?bbox=106,11,107,10', 'bbox'],
    ['/collections/wards/items?datetime=soon', 'datetime'],
    ['/collections/places/items?datetime=soon', 'datetime'],
    ['/collections/wards/items?datetime=../..', 'datetime'],
    ['/collections/wards/items?limit=0', 'limit'],
    ['/collections/wards/items?limit=ten', 'limit'],
    ['/collections/wards/items?limit=1.5', 'limit'],
    ['/collections/wards/items?offset=-1', 'offset'],
    ['/collections/wards/items?limit=1&limit=2', 'limit'],
    ['/collections/wards/items?f=xml', 'f'],
    ['/collections/wards/items?source=bus', 'source'],
    ['/collections/wards/items?group=everyone', 'group'],
    ['/collections/wards/items?basis=work', 'basis'],
    ['/collections/wards/items?division=2030', 'division'],
    ['/collections/wards/items?underserved=perhaps', 'underserved'],
    ['/collections/wards/items?class_reach=best', 'class_reach'],
    ['/collections/wards/items?bbox-crs=x', 'bbox-crs'],
    ['/collections/wards/items?nonsense=1', 'nonsense'],
    ['/collections/places/items?group=worker', 'group'],
    ['/collections/places/items?kind=castle', 'kind'],
    ['/collections/wards/items/27265?bbox=1,2,3,4', 'bbox'],
    ['/collections/wards?limit=1', 'limit'],
    ['/collections?x=1', 'x'],
    ['/conformance?x=1', 'x'],
    ['/api?x=1', 'x'],
    ['?x=1', 'x'],
  ])('%s is refused, naming the parameter', async (url, field) => {
    const { status, body, headers } = await ogc(url);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.errors[0]).toMatchObject({ field, allowed: expect.any(String) });
    expect(body.detail).toContain(field);
  });

  test.each([
    '/collections/streets',
    '/collections/streets/items',
    '/collections/wards/items/99999',
    '/collections/places/items/nowhere',
    '/nothing',
  ])('%s is not there', async (url) => {
    const { status, headers } = await ogc(url);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });
});

const gdal = spawnSync('ogrinfo', ['--version']).status === 0;
if (!gdal) console.log('left out: the GDAL tests, which need ogrinfo and ogr2ogr (Debian gdal-bin)');

describe.skipIf(!gdal)('GDAL', () => {
  const run = promisify(execFile);
  const ogr = (program: string, ...args: string[]) =>
    run(program, args, {
      env: { ...process.env, GDAL_HTTP_HEADERS: `Authorization: Bearer ${viewerKey}` },
      timeout: 50_000,
    });
  const source = () => `OAPIF:${service.url}/ogc`;

  test('ogrinfo lists the layers and reads typed fields and all features', async () => {
    const { stdout } = await ogr('ogrinfo', source());
    expect(stdout).toMatch(/wards .*Polygon/);
    expect(stdout).toMatch(/places .*Point/);
    const wards = (await ogr('ogrinfo', '-so', source(), 'wards')).stdout;
    expect(wards).toContain('Feature Count: 168');
    expect(wards).toContain('WGS 84');
    // No value is known in any feature of the first page, and the field has its type all the same.
    expect(wards).toMatch(/^quotient: Real/m);
    expect(wards).toMatch(/^rate: Real/m);
    expect(wards).toMatch(/^learners: Integer/m);
  });

  test('ogr2ogr brings wards to GeoJSON and GeoPackage, over several pages and filtered at the service', async () => {
    const file = (name: string) => path.join(directory, name);
    const directory = temporaryDir();
    await ogr('ogr2ogr', file('wards.geojson'), source(), 'wards', '-oo', 'PAGE_SIZE=60');
    const { features } = JSON.parse(readFileSync(file('wards.geojson'), 'utf8'));
    expect(features).toHaveLength(168);
    const busy = features.find((one: any) => one.properties.code === BUSY);
    expect(busy.properties).toMatchObject({ name: 'Phường Khánh Hội', learners: 40 });
    await ogr('ogr2ogr', file('city.gpkg'), source(), 'districts', 'places');
    const written = (await run('ogrinfo', ['-so', '-al', file('city.gpkg')])).stdout;
    expect(written).toMatch(/Layer name: districts\n[\s\S]*Feature Count: 24/);
    const near = (
      await ogr('ogrinfo', source(), 'wards', '-so', '-spat', '106.699', '10.755', '106.701', '10.757')
    ).stdout;
    expect(Number(/Feature Count: (\d+)/.exec(near)?.[1])).toBeLessThan(5);
    const one = (await ogr('ogrinfo', source(), 'wards', '-so', '-where', `parent = '773'`)).stdout;
    expect(one).toContain('Feature Count: 3');
  });
});
