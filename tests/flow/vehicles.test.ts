import GtfsRealtimeBindings from 'gtfs-realtime-bindings';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKey, revokeKey } from '../../server/access/keys.ts';
import { startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import type { Fix } from '../../server/vehicles/position.ts';
import { type ChildService, startChild } from '../commands/child.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, migratedDir, startTestService, type TestService } from '../helper/service.ts';
import { driving, fixAt, HERE, MINUTE, NINE, shuffled, standing } from '../vehicles/tracks.ts';

const ADMIN_KEY = 'a-test-admin-key-of-enough-length';
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
/** Yesterday at nine in the city: whole tracks of it are neither in the future nor too old. */
const YESTERDAY_NINE = startOfCityDay(Date.now()) - 15 * 60 * MINUTE;

/** A fix of a hand-made track as Traccar Client 9 sends it, moved to yesterday. */
const locationOf = (fix: Fix, shift_ms = YESTERDAY_NINE - NINE) => ({
  timestamp: new Date(fix.at + shift_ms).toISOString(),
  coords: { latitude: fix.lat, longitude: fix.lon, accuracy: fix.accuracy_m ?? -1, speed: -1, heading: -1 },
  is_moving: true,
  battery: { level: 0.8, is_charging: false },
});
const yesterday = `from=${encodeURIComponent(toCityIso(startOfCityDay(YESTERDAY_NINE)))}&to=${encodeURIComponent(
  toCityIso(startOfCityDay(Date.now())),
)}`;

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as any, headers: response.headers };
}

let service: TestService;
const clients: LiveClient[] = [];
const keyOf = async (...sources: string[]) =>
  (await createKey(service.store, { role: 'ingest', name: 'a phone', sources })).key;

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => service.stop());

const osmand = (query: string, init?: RequestInit) => fetch(`${service.url}/osmand${query}`, init);
const vehicle = async (source_id: string) =>
  (await service.get('/api/v1/vehicles', admin)).body.vehicles.find(
    (one: any) => one.source_id === source_id,
  );
const stopsOf = async (source_id: string, window = yesterday) =>
  (await service.get(`/api/v1/stops?${window}&source_id=${source_id}`, admin)).body.stops;

describe('/osmand', () => {
  it('takes a position by GET, by POST without a body, by form and by JSON, from the key of one source', async () => {
    const id = await keyOf('bus-doors');
    const point = 'lat=10.7769&lon=106.7009&speed=10&bearing=90&batt=55';
    const get = await osmand(`?id=${id}&${point}`);
    expect([get.status, await get.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    expect(await vehicle('bus-doors')).toMatchObject({
      name: 'bus-doors',
      registered: false,
      lon: 106.7009,
      lat: 10.7769,
      heading: 90,
      speed_kmh: 18.5,
      battery: 55,
      stopped_since: null,
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await osmand(`/?id=${id}&${point}`, { method: 'POST', headers: form })).status).toBe(200);
    expect((await osmand('', { method: 'POST', headers: form, body: `id=${id}&${point}` })).status).toBe(200);
    expect((await osmand(`?id=${id}`, { method: 'POST', headers: form, body: point })).status).toBe(200);
    const json = await post(`${service.url}/osmand`, { location: locationOf(fixAt(0)), device_id: id });
    expect([json.status, json.body]).toEqual([200, { accepted: 1, rejected: [] }]);
  });

  it('answers 401 in the same words for any id that is no key of exactly one source', async () => {
    const [one, two, none] = [await keyOf('bus-x'), await keyOf('bus-x', 'bus-y'), await keyOf()];
    const viewer = (await createKey(service.store, { role: 'viewer', name: 'v', sources: ['bus-x'] })).key;
    const revoked = await keyOf('bus-x');
    await revokeKey(service.store, revoked.split('_')[1] ?? '');
    const forged = `${one.slice(0, -1)}${one.endsWith('A') ? 'B' : 'A'}`;
    const answers = new Set<string>();
    for (const id of [forged, two, none, viewer, revoked, ADMIN_KEY, 'bus-x', '', 'x'.repeat(500), '%00']) {
      const response = await osmand(`?id=${id}&lat=10.77&lon=106.7`);
      const text = await response.text();
      expect(response.status, id).toBe(401);
      if (id !== '') expect(text).not.toContain(id);
      answers.add(text);
    }
    expect(answers.size).toBe(1);
    expect(await vehicle('bus-x')).toBeUndefined();
  });

  it('takes nothing of a batch in which one device is unknown', async () => {
    const id = await keyOf('bus-half');
    const known = { location: locationOf(fixAt(0)), device_id: id };
    const answer = await post(`${service.url}/osmand`, [known, { ...known, device_id: 'nobody' }]);
    expect(answer.status).toBe(401);
    expect(await vehicle('bus-half')).toBeUndefined();
  });

  it('goes on after a position that will never do: 200, its reason in the answer and among the rejects', async () => {
    const id = await keyOf('bus-wrong-clock');
    const response = await osmand(`?id=${id}&lat=10.77&lon=106.7&timestamp=${Date.now() + 3_600_000}`);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as any;
    expect(answer).toMatchObject({ accepted: 0, rejected: [{ index: 0, reason: 'future' }] });
    const mixed = await post(`${service.url}/osmand`, {
      location: [locationOf(fixAt(0)), { ...locationOf(fixAt(2)), coords: {} }, locationOf(fixAt(1))],
      device_id: id,
    });
    expect(mixed.body).toMatchObject({ accepted: 2, rejected: [{ index: 1, reason: 'missing_field' }] });
    const kept = await service.store.query<{
      reason: string;
      source: string;
      detail: string;
      record: string;
    }>(
      `SELECT reason, source, detail, record FROM rejects WHERE source_id = 'bus-wrong-clock' ORDER BY reason`,
    );
    expect(kept.map(({ reason, source }) => [reason, source])).toEqual([
      ['future', 'mobile_library'],
      ['missing_field', 'mobile_library'],
    ]);
    expect(JSON.stringify(kept)).not.toContain(id);
  });

  it('refuses what is no request of a device: packed, not JSON, too large, of a centre', async () => {
    const id = await keyOf('bus-odd');
    const url = `${service.url}/osmand?id=${id}`;
    expect((await post(url, '{"location": ')).status).toBe(400);
    expect((await post(url, '{}', { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post(url, ' '.repeat(9 * 1024 * 1024))).status).toBe(413);
    const crowd = Array.from({ length: 201 }, (_, i) => ({ location: {}, device_id: `d${i}` }));
    expect((await post(`${service.url}/osmand`, crowd)).status).toBe(400);
    const put = await fetch(`${service.url}/api/v1/sources/clc-not-a-bus`, {
      method: 'PUT',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'centre', name: 'Một trung tâm', kind: 'centre' }),
    });
    expect(put.status).toBe(200);
    const centre = await osmand(`?id=${await keyOf('clc-not-a-bus')}&lat=10.77&lon=106.7`);
    expect([centre.status, await centre.text()]).toEqual([403, expect.stringContaining('mobile_library')]);
  });

  it('lets a gateway with a key of its own speak for the vehicles of that key', async () => {
    const gateway = { authorization: `Bearer ${await keyOf('bus-g1', 'bus-g2')}` };
    const from = (device_id: string) => ({ location: locationOf(fixAt(0)), device_id });
    expect(
      (await post(`${service.url}/osmand`, [from('bus-g1'), from('bus-g2')], gateway)).body.accepted,
    ).toBe(2);
    expect((await post(`${service.url}/osmand`, from('bus-g3'), gateway)).status).toBe(401);
    expect((await post(`${service.url}/osmand`, from('bus-g3'), admin)).status).toBe(200);
    expect(
      (await post(`${service.url}/osmand`, from('bus-g3'), { authorization: 'Bearer nonsense' })).status,
    ).toBe(401);
  });

  it('has every position of a burst once, in any order and sent twice, with its marks and stops', async () => {
    const day = [
      ...driving(0, 10, [-4_000, 0], [0, 0]),
      ...standing(10, 55),
      fixAt(30.25, 15_000, 0),
      ...driving(55, 65, [0, 0], [3_000, 1_000]),
      ...standing(65, 95, 3_000, 1_000),
      fixAt(70.25, 3_000, 1_000, { accuracy_m: 900 }),
    ];
    // A position a second from another place makes it a day of more than 5,000.
    const drive = Array.from({ length: 5_000 }, (_, i) => fixAt(100 + i / 60, 3_000 + 12 * i, 1_000 - 2 * i));
    const all = [...day, ...drive];
    const id = await keyOf('bus-burst');
    const order = shuffled([...all, ...all.slice(0, 400)], 7);
    const chunks = Array.from({ length: Math.ceil(order.length / 200) }, (_, i) =>
      order.slice(i * 200, (i + 1) * 200),
    );
    const answers = await Promise.all(
      chunks.map((chunk) =>
        post(`${service.url}/osmand`, { location: chunk.map((fix) => locationOf(fix)), device_id: id }),
      ),
    );
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(order.length);
    const { body } = await service.get(`/api/v1/vehicles/bus-burst/positions?${yesterday}`, admin);
    expect(body.positions).toHaveLength(all.length);
    const marks = body.positions.filter((one: any) => one.marks.length > 0).map((one: any) => one.marks);
    expect(marks).toEqual([['jump'], ['imprecise']]);
    const stops = await stopsOf('bus-burst');
    expect(stops).toMatchObject([
      { source_id: 'bus-burst', ward: service.app.services.geography.locate(HERE.lon, HERE.lat) },
      { minutes: 35 },
    ]);
    expect(stops[0].minutes).toBeGreaterThanOrEqual(44);
    // A stop that is heard of later is one more, and the others stay as they are.
    const late = standing(190, 201, 3_000 + 12 * 5_000, 1_000 - 2 * 5_000);
    await post(`${service.url}/osmand`, { location: late.map((fix) => locationOf(fix)), device_id: id });
    expect(await stopsOf('bus-burst')).toEqual([...stops, expect.objectContaining({ minutes: 17 })]);
    expect(await stopsOf('bus-nobody')).toEqual([]);
  });
});

describe('vehicles, live and as GTFS-realtime', () => {
  /** A drive of the last half hour that ends now, and a stop of a quarter of an hour. */
  const shift = () => Date.now() - NINE - 30 * MINUTE;

  it('are sent when somebody subscribes, then when they move, and not for what they reported late', async () => {
    const id = await keyOf('bus-live');
    const start = locationOf(fixAt(29), shift());
    const driven = { ...start, coords: { ...start.coords, speed: 8, heading: 45 } };
    await post(`${service.url}/osmand`, { location: driven, device_id: id });
    const client = new LiveClient(service.url, ADMIN_KEY);
    clients.push(client);
    await client.subscribe({});
    await client.until(() => client.vehicles.has('bus-live'));
    const [, lon] = client.vehicles.get('bus-live') ?? [];
    expect(lon).toBeCloseTo(HERE.lon, 4);

    const heard: string[] = [];
    client.socket.on('vehicle:moved', ({ vehicles }) =>
      heard.push(...vehicles.map(([source_id]) => source_id)),
    );
    const other = await keyOf('bus-other');
    const late = [fixAt(5, -900, 0), fixAt(28, -100, 0)].map((fix) => locationOf(fix, shift()));
    await post(`${service.url}/osmand`, { location: late, device_id: id });
    await post(`${service.url}/osmand`, {
      location: locationOf(fixAt(29, 0, 500), shift()),
      device_id: other,
    });
    await client.until(() => client.vehicles.has('bus-other'));
    expect(heard).toEqual(['bus-other']);

    await post(`${service.url}/osmand`, {
      location: locationOf(fixAt(29.5, 300, 0), shift()),
      device_id: id,
    });
    await client.until(() => (client.vehicles.get('bus-live')?.[1] ?? 0) > HERE.lon + 0.002);
    expect(client.vehicles.get('bus-live')?.[3]).toBe(90);
  });

  it('that report themselves are not moved by what their events say of their place', async () => {
    await osmand(`?id=${await keyOf('bus-own')}&lat=10.8&lon=106.65`);
    const client = new LiveClient(service.url, ADMIN_KEY);
    clients.push(client);
    await client.subscribe({});
    const at = (source_id: string) =>
      anEvent({ source: 'mobile_library', source_id, location: { lon: 106.71, lat: 10.78 } });
    expect((await service.send([at('bus-own'), at('bus-silent')], admin)).body.accepted).toBe(2);
    await client.until(() => client.vehicles.has('bus-silent'));
    expect(client.vehicles.get('bus-silent')?.[1]).toBe(106.71);
    expect(client.vehicles.get('bus-own')?.[1]).toBe(106.65);
  });

  it('are read by gtfs-realtime-bindings: place, heading, speed in m/s, whether they stand, nobody older than a day', async () => {
    const [driver, stander, gone] = [
      await keyOf('bus-rt-1'),
      await keyOf('bus-rt-2'),
      await keyOf('bus-rt-3'),
    ];
    await osmand(
      `?id=${driver}&lat=10.8&lon=106.65&speed=19.4384&bearing=271.5&timestamp=${Date.now() + 200_000}`,
    );
    const stay = standing(0, 30, 0, -3_000).map((fix) => locationOf(fix, shift()));
    await post(`${service.url}/osmand`, { location: stay, device_id: stander });
    await osmand(`?id=${gone}&lat=10.8&lon=106.65&timestamp=${Date.now() - 25 * 3_600_000}`);
    const response = await fetch(`${service.url}/gtfs-rt/vehicle-positions`, { headers: admin });
    expect(response.headers.get('content-type')).toBe('application/x-protobuf');
    const { FeedMessage, VehiclePosition, FeedHeader } = GtfsRealtimeBindings.transit_realtime;
    const feed = FeedMessage.decode(new Uint8Array(await response.arrayBuffer()));
    expect(feed.header.gtfsRealtimeVersion).toBe('2.0');
    expect(feed.header.incrementality).toBe(FeedHeader.Incrementality.FULL_DATASET);
    const header_s = Number(feed.header.timestamp);
    expect(Math.abs(header_s - Date.now() / 1000)).toBeLessThan(5);
    const entity = (id: string) => feed.entity.find((one) => one.id === id)?.vehicle;
    expect(entity('bus-rt-1')).toMatchObject({ vehicle: { id: 'bus-rt-1', label: 'bus-rt-1' } });
    const { position, currentStatus, timestamp } = entity('bus-rt-1') ?? {};
    expect(position?.latitude).toBeCloseTo(10.8, 4);
    expect(position?.longitude).toBeCloseTo(106.65, 4);
    expect(position?.bearing).toBeCloseTo(271.5, 3);
    expect(position?.speed).toBeCloseTo(10, 3);
    expect(currentStatus).toBe(VehiclePosition.VehicleStopStatus.IN_TRANSIT_TO);
    expect(Number(timestamp)).toBeLessThanOrEqual(header_s);
    expect(entity('bus-rt-2')?.currentStatus).toBe(VehiclePosition.VehicleStopStatus.STOPPED_AT);
    expect(entity('bus-rt-2')?.trip).toBeNull();
    expect(entity('bus-rt-3')).toBeUndefined();
    const ids = feed.entity.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);

    const json = (await service.get('/gtfs-rt/vehicle-positions.json', admin)).body;
    expect(json.header).toMatchObject({ gtfsRealtimeVersion: '2.0', incrementality: 'FULL_DATASET' });
    expect(json.entity.map((one: any) => one.id)).toEqual(ids);
    expect((await service.get('/gtfs-rt/vehicle-positions')).status).toBe(401);
    expect(await vehicle('bus-rt-2')).toMatchObject({ stopped_since: expect.stringContaining('+07:00') });
    expect((await vehicle('bus-rt-3')).age_s).toBeGreaterThan(24 * 3_600);
  });

  it('are in the API’s description with their schemas', async () => {
    const { paths } = (await service.get('/api/openapi.json')).body;
    for (const path of ['/osmand', '/api/v1/vehicles', '/api/v1/stops', '/api/v1/vehicles/{id}/positions'])
      expect(paths[path].get.responses['200'].content['application/json'].schema, path).toBeDefined();
    expect(Object.keys(paths['/gtfs-rt/vehicle-positions'].get.responses['200'].content)).toEqual([
      'application/x-protobuf',
    ]);
    expect(paths['/osmand/']).toBeUndefined();
  });

  it('refuse a window that makes no sense, naming the field', async () => {
    const bad = await service.get('/api/v1/stops?from=yesterday', admin);
    expect([bad.status, bad.body.errors[0].field]).toEqual([400, 'from']);
    const long = await service.get(
      '/api/v1/vehicles/bus-1/positions?from=2026-01-01T00:00:00%2B07:00&to=2026-02-01T00:00:00%2B07:00',
      admin,
    );
    expect([long.status, long.body.errors[0].field]).toEqual([400, 'from']);
    expect((await service.get('/api/v1/stops?source_id=a%20b', admin)).status).toBe(400);
  });
});

describe('an open service', () => {
  const DATA_DIR = migratedDir();
  let child: ChildService | undefined;
  afterAll(() => child?.end('SIGKILL'));

  it('never writes a secret down, whatever goes wrong', async () => {
    child = await startChild({ DATA_DIR, LOG_LEVEL: 'trace' });
    const { url } = child;
    const secret = 'lcm_abcdefghij_a-secret-that-nobody-may-read-in-a-log-0000000';
    const answers: string[] = [];
    const queries = [
      `id=${secret}&lat=1&lon=1`,
      `id=${secret}&id=${secret}`,
      `id=${secret}%`,
      `deviceid=${secret}`,
    ];
    for (const path of ['/osmand', '/osmand/', '/osmandx'])
      for (const query of queries) answers.push(await (await fetch(`${url}${path}?${query}`)).text());
    for (const method of ['PUT', 'DELETE'])
      answers.push(await (await fetch(`${url}/osmand?id=${secret}`, { method })).text());
    const bodies = [
      `{"device_id": "${secret}", "location": [}`,
      `[${JSON.stringify({ device_id: secret })}]`,
    ];
    for (const body of bodies) answers.push(JSON.stringify((await post(`${url}/osmand`, body)).body));
    expect(answers.join('\n')).not.toContain(secret.slice(15));
    expect(answers).toHaveLength(16);
    // The trace log is on: it has lines of this service's own.
    expect(child.output()).toContain('"level":');
    expect(child.output()).not.toContain(secret.slice(15));
  });

  it('takes an id for the vehicle’s name unless it looks like a key, and nothing from a page elsewhere', async () => {
    if (!child) throw new Error('the service did not start');
    const at = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${child?.url}/osmand?${query}&lat=10.77&lon=106.7`, { headers });
    expect((await at('id=bus-07')).status).toBe(200);
    expect((await at('id=lcm_abcdefghij_mistyped')).status).toBe(401);
    expect((await at('id=b%20u%20s')).status).toBe(401);
    expect((await at('id=bus-08', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await at('id=bus-08', { origin: 'https://elsewhere.example' })).status).toBe(403);

    // Killed right after the answer: what was acknowledged is there, and so is where the vehicle was last.
    const stay = standing(0, 20).map((fix) => locationOf(fix));
    const acked = await post(`${child.url}/osmand`, { location: stay, device_id: 'bus-kill' });
    await child.end('SIGKILL');
    expect(acked.body.accepted).toBe(stay.length);
    child = await startChild({ DATA_DIR });
    const { vehicles } = (await (await fetch(`${child.url}/api/v1/vehicles`)).json()) as any;
    expect(vehicles.map((one: any) => one.source_id)).toEqual(['bus-07', 'bus-kill']);
    const { stops } = (await (await fetch(`${child.url}/api/v1/stops?${yesterday}`)).json()) as any;
    expect(stops).toMatchObject([{ source_id: 'bus-kill', minutes: 19 }]);
    const client = new LiveClient(child.url);
    clients.push(client);
    await client.subscribe({});
    await client.until(() => client.vehicles.size === 2);
  });
});
