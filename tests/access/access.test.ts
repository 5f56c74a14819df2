import http from 'node:http';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Caller, mayPass } from '../../server/access/caller.ts';
import { type guardDoors, refuseForeignPages } from '../../server/access/doors.ts';
import { createKey, type KeyRequest, revokeKey } from '../../server/access/keys.ts';
import { ROLES } from '../../server/contract/status.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

const ADMIN_KEY = 'the-admin-key-of-the-test-0123456789';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Every route of the app as it was registered, HEAD and the documentation's own included. */
const routes: RouteOptions[] = [];
vi.mock('../../server/access/doors.ts', async (importOriginal) => {
  const original = await importOriginal<{ guardDoors: typeof guardDoors }>();
  return {
    ...original,
    guardDoors: (...args: Parameters<typeof guardDoors>) => {
      args[0].addHook('onRoute', (route) => void routes.push(route));
      original.guardDoors(...args);
    },
  };
});

let service: TestService;
let keys: Record<string, string>;
const make = async (request: KeyRequest) => createKey(service.store, request);

beforeAll(async () => {
  service = await startTestService({ ADMIN_KEY });
  const made = await Promise.all(
    ROLES.map(async (role) => [role, (await make({ role, name: role })).key] as const),
  );
  keys = Object.fromEntries(made);
});
afterAll(() => service.stop());

/** The status of a request to any route. */
async function ask(method: string, url: string, headers: Record<string, string> = {}): Promise<number> {
  const body = method === 'POST' || method === 'PUT' ? '{}' : undefined;
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${service.url}${url}`, {
    method,
    headers: { ...type, ...headers },
    ...(body ? { body } : {}),
  });
  await response.arrayBuffer();
  return response.status;
}

const methodsOf = (route: RouteOptions) => [route.method].flat();
const sampleOf = (url: string) => url.replace('*', 'x').replace(/:\w+/g, 'x');

describe('doors', () => {
  test('every route declares who may pass', () => {
    expect(routes.length).toBeGreaterThan(12);
    for (const route of routes)
      expect((route.config as { door?: string } | undefined)?.door, `${route.method} ${route.url}`).toMatch(
        /^(anyone|viewer|leader|planner|analyst|operator|admin|ingest)$/,
      );
  });

  test('a stranger gets 401 at every route whose door is not for anyone, and the way in', async () => {
    const guarded = routes.filter((route) => (route.config as { door?: string }).door !== 'anyone');
    const urls = guarded.map(({ url }) => url);
    for (const expected of [
      '/api/v1/events',
      '/api/v1/coverage',
      '/api/v1/activity',
      '/api/v1/areas',
      '/api/v1/status',
      '/api/v1/sources',
      '/api/v1/sources/:id',
      '/api/v1/basemap',
    ])
      expect(urls).toContain(expected);
    for (const route of guarded)
      for (const method of methodsOf(route))
        expect([method, route.url, await ask(method, sampleOf(route.url))]).toEqual([method, route.url, 401]);
    const refused = await service.get('/api/v1/status');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.body).toMatchObject({ status: 401, type: '/problems/not-signed-in' });
  });

  test('only health, the API description, the page, and what reads its own key (/osmand, /clickhouse) are for anyone', async () => {
    const open = routes
      .filter((route) => (route.config as { door?: string }).door === 'anyone')
      .map(({ url }) => url);
    for (const url of open)
      expect(url).toMatch(
        /^(\/health\/(live|ready)|\/api\/(openapi\.json|docs.*)|\/|\/(live|campaigns|sql|upload|rejects|sources|status|method)(\/\*)?|\/osmand\/?|\/clickhouse(\/(ping|replicas_status))?|\/assets\/\*|\/:file)$/,
      );
    expect((await service.get('/clickhouse?query=SELECT%201')).status).toBe(401);
  });

  test('every route of the API stands in its description', async () => {
    const { body } = await service.get('/api/openapi.json');
    const api = routes.filter(
      ({ url, method }) => url.startsWith('/api/v1/') && !['HEAD', 'OPTIONS'].includes(`${method}`),
    );
    expect(api.length).toBeGreaterThan(20);
    for (const { method, url } of api)
      expect(
        body.paths[url.replace(/:(\w+)/g, '{$1}')]?.[`${method}`.toLowerCase()],
        `${method} ${url}`,
      ).toBeDefined();
  });

  test('each role passes the doors at or under it and no other; ingest stands apart', async () => {
    const ladder = ['viewer', 'leader', 'planner', 'analyst', 'operator', 'admin'] as const;
    for (const role of ROLES) {
      const caller: Caller = { role, key_id: 'x', sources: [] };
      for (const door of ladder)
        expect([role, door, mayPass(caller, door)]).toEqual([
          role,
          door,
          role !== 'ingest' && ladder.indexOf(role) >= ladder.indexOf(door),
        ]);
      expect([role, mayPass(caller, 'ingest')]).toEqual([
        role,
        ['ingest', 'operator', 'admin'].includes(role),
      ]);
      const key = bearer(keys[role] ?? '');
      expect([role, await ask('GET', '/api/v1/status', key)]).toEqual([role, role === 'ingest' ? 403 : 200]);
      const mayWrite = ['ingest', 'operator', 'admin'].includes(role);
      expect([role, (await service.send('[]', key)).status]).toEqual([role, mayWrite ? 200 : 403]);
      // A body of {} is wrong, so whoever may register sources gets 400.
      expect([role, await ask('PUT', '/api/v1/sources/x', key)]).toEqual([
        role,
        ['operator', 'admin'].includes(role) ? 400 : 403,
      ]);
    }
  });

  test('what is not there is 404 for everybody', async () => {
    expect(await ask('GET', '/api/v1/secrets')).toBe(404);
    expect(await ask('DELETE', '/api/v1/events')).toBe(404);
  });
});

describe('keys', () => {
  test('ADMIN_KEY is admin; anything near it is a stranger', async () => {
    expect((await service.get('/api/v1/status', bearer(ADMIN_KEY))).body).toMatchObject({
      role: 'admin',
      open_access: false,
    });
    for (const wrong of [ADMIN_KEY.slice(0, -1), `${ADMIN_KEY}x`, ADMIN_KEY.toUpperCase()])
      expect(await ask('GET', '/api/v1/status', bearer(wrong))).toBe(401);
  });

  test('another scheme, or no key in it, is 401', async () => {
    const basic = Buffer.from(`admin:${ADMIN_KEY}`).toString('base64');
    for (const authorization of [
      `Basic ${basic}`,
      'Bearer',
      'Bearer ',
      `Bearer ${ADMIN_KEY} more`,
      ADMIN_KEY,
    ])
      expect([authorization, await ask('GET', '/api/v1/status', { authorization })]).toEqual([
        authorization,
        401,
      ]);
    expect(await ask('GET', '/api/v1/status', { authorization: `bearer ${ADMIN_KEY}` })).toBe(200);
  });

  test('a created key works, tells its role, and only a slow hash of it is stored', async () => {
    const { key, record } = await make({ role: 'planner', name: '  Phòng Văn hoá  ' });
    expect(key).toMatch(/^lcm_[a-z0-9]{10}_[A-Za-z0-9_-]{43}$/);
    expect(record).toMatchObject({
      role: 'planner',
      name: 'Phòng Văn hoá',
      expires_at: null,
      revoked: false,
    });
    expect((await service.get('/api/v1/status', bearer(key))).body.role).toBe('planner');
    const stored = JSON.stringify(await service.store.query('SELECT * FROM access_keys'));
    expect(stored).toContain(record.key_id);
    expect(stored).not.toContain(key.slice(-43));
  });

  test('a key with one character changed, or of another id, is a stranger', async () => {
    const { key, record } = await make({ role: 'admin', name: 'a' });
    const other = await make({ role: 'admin', name: 'b' });
    const flipped = key.at(-2) === 'A' ? 'B' : 'A';
    for (const wrong of [
      `${key.slice(0, -2)}${flipped}${key.at(-1)}`,
      key.replace(record.key_id, other.record.key_id),
      key.replace(record.key_id, '0000000000'),
      key.toUpperCase(),
      `${key}A`,
      'lcm_',
    ])
      expect([wrong, await ask('GET', '/api/v1/status', bearer(wrong))]).toEqual([wrong, 401]);
    expect(await ask('GET', '/api/v1/status', bearer(key))).toBe(200);
  });

  test('an expired key is a stranger from that moment on', async () => {
    const { key, record } = await make({ role: 'viewer', name: 'a day', expires_days: 1 });
    expect(record.expires_at).not.toBeNull();
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(200);
    const created = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: created + 86_400_000 - 5_000 });
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(200);
    vi.setSystemTime(created + 86_400_000 + 5_000);
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(401);
    vi.useRealTimers();
  });

  test('a revoked key is a stranger at once where it was revoked, also when it was just used', async () => {
    const { key, record } = await make({ role: 'viewer', name: 'short' });
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(200);
    expect(await revokeKey(service.store, record.key_id)).toMatchObject({
      key_id: record.key_id,
      revoked: true,
    });
    service.app.services.keys.forget();
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(401);
    await expect(revokeKey(service.store, 'nosuchkey0')).rejects.toThrow('There is no key "nosuchkey0"');
  });

  test('a key revoked by another server is believed for two seconds at most', async () => {
    const { key, record } = await make({ role: 'viewer', name: 'elsewhere' });
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(200);
    await revokeKey(service.store, record.key_id);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2_001 });
    expect(await ask('GET', '/api/v1/areas', bearer(key))).toBe(401);
    vi.useRealTimers();
  });

  test.each<[Partial<KeyRequest>, string]>([
    [
      { role: 'root' },
      '--role: given "root", allowed viewer, leader, planner, analyst, operator, admin, ingest',
    ],
    [{ name: '  ' }, '--name: given nothing'],
    [{ expires_days: 0 }, '--expires: given 0, allowed 1 to 3650 days'],
    [{ expires_days: 4000 }, '--expires: given 4000'],
    [{ expires_days: Number.NaN }, '--expires: given NaN'],
  ])('a request of %j is refused', async (changes, message) => {
    await expect(make({ role: 'viewer', name: 'x', ...changes })).rejects.toThrow(message);
  });
});

describe('an ingest key', () => {
  test('writes for its sources only, row by row, and reads nothing', async () => {
    const { key } = await make({ role: 'ingest', name: 'centre 1', sources: ['clc-1', 'clc-2'] });
    const events = ['clc-1', 'clc-3', 'clc-2', 'CLC-1'].map((source_id) => anEvent({ source_id }));
    const { status, body } = await service.send(events, bearer(key));
    expect(status).toBe(200);
    expect(body.accepted).toBe(2);
    expect(body.rejected).toEqual(
      [1, 3].map((index) => ({
        index,
        event_id: events[index]?.event_id,
        reason: 'bad_source',
        detail: `source_id: given "${events[index]?.source_id}", allowed the sources of this key`,
      })),
    );
    for (const url of [
      '/api/v1/status',
      '/api/v1/coverage',
      '/api/v1/activity',
      '/api/v1/areas',
      '/api/v1/sources',
      '/api/v1/basemap',
    ])
      expect([url, await ask('GET', url, bearer(key))]).toEqual([url, 403]);
  });

  test('a key without sources writes for any', async () => {
    expect(
      (await service.send([anEvent({ source_id: 'any-1' })], bearer(keys.ingest ?? ''))).body.accepted,
    ).toBe(1);
  });
});

describe('few people', () => {
  const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  const few = '26743';

  beforeAll(async () => {
    const people = (ward: string, n: number) =>
      Array.from({ length: n }, (_, i) =>
        anEvent({ ward, home_ward: ward, learner_id: `${ward}-${i}`, source_id: 'k' }),
      );
    // 4 in one ward are under K_ANONYMITY = 5; 12 and 23 in its neighbours are not.
    await service.send(
      [...people(few, 4), ...people('26740', 12), ...people('26737', 23)],
      bearer(ADMIN_KEY),
    );
  });
  const areaOf = (body: any, code: string) => body.areas.find((area: any) => area.code === code);

  test.each(['viewer', 'leader', 'planner'])(
    'are hidden from a %s, with a second area, and counts are rounded',
    async (role) => {
      const { body } = await service.get('/api/v1/coverage', bearer(keys[role] ?? ''));
      expect(areaOf(body, few)).toMatchObject({
        suppressed: true,
        events: null,
        learners: null,
        headcount: null,
        minutes: null,
        rate: null,
        rate_low: null,
        rate_high: null,
      });
      expect(body.areas.filter((area: any) => area.suppressed).length).toBeGreaterThan(1);
      for (const area of body.areas) if (area.learners !== null) expect(area.learners % 5).toBe(0);
      expect(areaOf(body, '26758')).toMatchObject({ events: 0, learners: 0 });
    },
  );

  test.each(['analyst', 'operator', 'admin'])('are seen by an %s, exactly', async (role) => {
    const { body } = await service.get('/api/v1/coverage', bearer(keys[role] ?? ''));
    expect(areaOf(body, few)).toMatchObject({ learners: 4, events: 4 });
    expect(body.areas.some((area: any) => area.suppressed)).toBe(false);
  });

  test('a viewer gets whole days only, an analyst any hours', async () => {
    const hours = `from=${today}T00:00:00%2B07:00&to=${today}T01:00:00%2B07:00`;
    for (const path of ['coverage', 'activity']) {
      const refused = await service.get(`/api/v1/${path}?${hours}`, bearer(keys.viewer ?? ''));
      expect([refused.status, refused.body.errors?.[0].field]).toEqual([400, 'from']);
      expect(refused.body.detail).toContain('whole days');
      expect((await service.get(`/api/v1/${path}?${hours}`, bearer(keys.analyst ?? ''))).status).toBe(200);
    }
  });

  test('activity of few people is hidden from a viewer too', async () => {
    const url = `/api/v1/activity?step=day&area=${few}`;
    expect((await service.get(url, bearer(keys.viewer ?? ''))).body.points[0]).toMatchObject({
      events: null,
      suppressed: true,
    });
    expect((await service.get(url, bearer(keys.analyst ?? ''))).body.points[0]).toMatchObject({
      events: 4,
      learners: 4,
    });
  });
});

describe('PUBLIC_MODE and open access', () => {
  /** The same store under other settings; the engine is this process's own. */
  const restart = async (settings: Record<string, string>) => {
    await service.stop({ keep: true });
    service = await startTestService(settings, service.dataDir);
  };
  /** A request with headers that fetch does not let one set. */
  const raw = (url: string, headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number; body: any }>((resolve, reject) => {
      const { port } = new URL(service.url);
      const request = http.request({ host: '127.0.0.1', port, path: url, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : text }),
        );
      });
      request.on('error', reject);
      request.end(method === 'POST' ? '[]' : undefined);
    });

  test('in PUBLIC_MODE a stranger sees what a viewer sees, and may write nothing', async () => {
    await restart({ ADMIN_KEY, PUBLIC_MODE: 'on' });
    const { status, body } = await service.get('/api/v1/coverage');
    expect(status).toBe(200);
    expect(body.areas.find((area: any) => area.code === '26743')).toMatchObject({
      events: null,
      suppressed: true,
    });
    expect((await service.get('/api/v1/status')).body.role).toBe('viewer');
    expect((await service.send('[]')).status).toBe(403);
    expect(await ask('PUT', '/api/v1/sources/x')).toBe(403);
    // A wrong key is not silently the public.
    expect(await ask('GET', '/api/v1/coverage', bearer('lcm_wrong'))).toBe(401);
  });

  test('K_ANONYMITY moves the limit', async () => {
    await restart({ ADMIN_KEY, PUBLIC_MODE: 'on', K_ANONYMITY: '3' });
    const { body } = await service.get('/api/v1/coverage');
    expect(body.areas.find((area: any) => area.code === '26743')).toMatchObject({ events: 4, learners: 5 });
  });

  test('on loopback without ADMIN_KEY everybody is admin, and the status says so', async () => {
    await restart({});
    expect((await service.get('/api/v1/status')).body).toMatchObject({ open_access: true, role: 'admin' });
    expect((await service.get('/api/v1/status', bearer(keys.viewer ?? ''))).body.role).toBe('viewer');
    expect(await ask('GET', '/api/v1/status', bearer('wrong'))).toBe(401);
  });

  test('but a page from elsewhere in the browser of this machine is refused: foreign Host and Origin are 403', async () => {
    const { host } = new URL(service.url);
    for (const good of [
      { host },
      { host: host.replace('127.0.0.1', 'localhost') },
      { host: 'LOCALHOST' },
      { host: '[::1]:8080' },
      { host, origin: `http://${host}` },
    ])
      expect([good, (await raw('/api/v1/status', good)).status]).toEqual([good, 200]);
    const { port } = new URL(service.url);
    for (const bad of [
      { host: `evil.example:${port}` },
      { host: `127.0.0.1.evil.example:${port}` },
      { host: `localhost.evil.example` },
      { host: `evil.example@127.0.0.1` },
      { host, origin: 'https://evil.example' },
      { host, origin: 'null' },
      { host, origin: `http://localhost:${Number(port) + 1}` },
      { host, origin: '' },
    ])
      for (const [method, url] of [
        ['GET', '/api/v1/status'],
        ['POST', '/api/v1/events'],
        ['GET', '/api/openapi.json'],
        ['GET', '/'],
      ] as const)
        expect([
          bad,
          url,
          (await raw(url, { ...bad, 'content-type': 'application/json' }, method)).status,
        ]).toEqual([bad, url, 403]);
    const { body } = await raw('/api/v1/status', { host: 'evil.example' });
    expect(body).toMatchObject({ status: 403, type: '/problems/foreign-host' });
  });

  test('a socket of a foreign page is refused by the same rule', () => {
    const headers = (changes: Record<string, string>) =>
      ({ headers: { host: '127.0.0.1:1', ...changes } }) as never;
    expect(() => refuseForeignPages(headers({}))).not.toThrow();
    expect(() => refuseForeignPages(headers({ origin: 'http://127.0.0.1:1' }))).not.toThrow();
    expect(() => refuseForeignPages(headers({ origin: 'http://evil.example' }))).toThrow(/origin/);
    expect(() => refuseForeignPages(headers({ host: 'evil.example' }))).toThrow(/host/);
  });

  test('behind a key a foreign Host is the business of the proxy', async () => {
    await restart({ ADMIN_KEY });
    expect((await raw('/api/v1/status', { host: 'monitor.example.org', ...bearer(ADMIN_KEY) })).status).toBe(
      200,
    );
    expect((await raw('/api/v1/status', { host: 'monitor.example.org' })).status).toBe(401);
  });
});
