import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, toCityIso } from '../../server/contract/time.ts';
import { checkStore } from '../../server/store/check.ts';
import { keepFirstOfEach, rebuildPieces } from '../../server/store/rebuild.ts';
import { runNode } from '../commands/child.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';
import { countEverywhere } from './open-config.ts';

/** Days ago. */
const AGES = [0, 2, 33] as const;
const WARDS = ['27265', '26740'] as const;
const NOW = Date.now();
const DAY = toCityIso(NOW - 2 * DAY_MS).slice(0, 10);
const MONTH = Number(DAY.slice(0, 7).replace('-', ''));

let service: TestService;
let running = true;
beforeAll(async () => {
  service = await startTestService();
  // Three days about the end of a month and today; named and nameless, located by a point or not.
  const events = Array.from({ length: 240 }, (_, i) =>
    anEvent({
      occurred_at: new Date(NOW - (AGES[i % AGES.length] ?? 0) * DAY_MS - (i % 5) * 60_000).toISOString(),
      ward: WARDS[i % 2] as string,
      ...(i % 4 === 0 ? {} : { learner_id: `learner-${i % 23}`, home_ward: WARDS[(i >> 1) % 2] as string }),
      ...(i % 3 === 0 ? {} : { location: { lon: 106.7 + i / 10_000, lat: 10.76 } }),
      headcount: 1 + (i % 3),
      ...(i % 7 === 0 ? { learner_group: ['retiree'] } : {}),
    }),
  );
  const { body } = await service.send(events);
  expect(body).toMatchObject({ accepted: 240 });
  await voidOne(events[10]?.event_id ?? '');
});
afterAll(() => (running ? service?.stop() : undefined));

const voidOne = (event_id: string) =>
  fetch(`${service.url}/api/v1/events/${event_id}/void`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'sai' }),
  });
const check = (repair = false) => checkStore(service.app.services, { repair });
const status = async () => (await service.get('/api/v1/status')).body.events as number;

/** Everything that is made from raw rows, as plain rows: equal where nothing was lost, doubled or moved. */
async function contents(): Promise<Record<string, unknown[]>> {
  const keys = {
    place_hourly: 'hour, ward, source, learner_groups, programme, sum(events), sum(headcount), sum(minutes)',
    place_daily: 'day, ward, source, learner_groups, programme, sum(events), sum(headcount), sum(minutes)',
    h3_daily: 'day, h3, source, sum(events), sum(headcount), sum(minutes)',
    learner_daily:
      'day, ward_code, source, learner_groups, programme, learner, sum(events), sum(active), sum(headcount), sum(minutes), max(home_key)',
    learner_homes: 'learner, home_code, min(first_at), max(last_at)',
    seen_sources: 'source_id, source, min(first_seen), max(last_seen), sum(events)',
    reports_hourly: 'source_id, hour, source, delay_h, sum(events)',
    nameless_daily: 'day, ward, source, learner_groups, programme, headcount, sum(events)',
    mobile_seen_hourly:
      'hour, source_id, lon_10m, lat_10m, sum(points), sum(balance), min(first_at), max(last_at)',
    event_ids: 'event_id, content_hash, day, count()',
    events_raw: 'event_id, sign, received_at, count()',
  };
  const rows: Record<string, unknown[]> = {};
  for (const [table, columns] of Object.entries(keys)) {
    rows[table] = await service.store.query(`SELECT ${columns} FROM ${table} GROUP BY ALL ORDER BY ALL`);
  }
  return rows;
}

test('a store that nobody touched, a withdrawn event in it, has no differences', async () => {
  expect(await check()).toEqual({ total: 0, by_table: {}, shown: [], rebuilt: {} });
});

/** Every table made from raw rows, damaged in one way each. */
const DAMAGES: Record<string, Record<string, string>> = {
  'rows that are lost': {
    place_hourly: `DELETE FROM place_hourly WHERE ward = '27265' AND toDate(hour) = '${DAY}'`,
    place_daily: `ALTER TABLE place_daily DROP PARTITION ${MONTH}`,
    h3_daily: 'TRUNCATE TABLE h3_daily',
    learner_daily: `DELETE FROM learner_daily WHERE day = '${DAY}'`,
    learner_homes: 'DELETE FROM learner_homes WHERE home_code = 27265',
    event_ids: `DELETE FROM event_ids WHERE day = '${DAY}'`,
    seen_sources: 'TRUNCATE TABLE seen_sources',
    reports_hourly: 'TRUNCATE TABLE reports_hourly',
    nameless_daily: `DELETE FROM nameless_daily WHERE day = '${DAY}'`,
  },
  'rows that are there twice': Object.fromEntries(
    [
      'place_hourly',
      'place_daily',
      'h3_daily',
      'learner_daily',
      'event_ids',
      'seen_sources',
      'reports_hourly',
      'nameless_daily',
    ].map((table) => [table, `INSERT INTO ${table} SELECT * FROM ${table} SETTINGS insert_deduplicate = 0`]),
  ),
  'rows of days, people and ids that never were': {
    place_hourly:
      "INSERT INTO place_hourly VALUES ('2021-03-04 10:00:00', '27265', 'centre', 0, '', 5, 5, 50)",
    place_daily: "INSERT INTO place_daily VALUES ('2021-03-04', '27265', 'centre', 0, '', 5, 5, 50)",
    h3_daily: "INSERT INTO h3_daily VALUES ('2021-03-04', 7, 'centre', 5, 5, 50)",
    learner_daily:
      "INSERT INTO learner_daily (day, ward_code, source, learner_groups, programme, learner, events, active, headcount, minutes, home_key) VALUES ('2021-03-04', 27265, 'centre', 0, '', 7, 1, 1, 1, 9, 0)",
    learner_homes: 'INSERT INTO learner_homes VALUES (7, 26743, 1, 2)',
    event_ids: `INSERT INTO event_ids SELECT generateUUIDv4(), 7, '${DAY}' FROM numbers(3)`,
  },
  'rows that are wrong and add up all the same': {
    place_hourly: `INSERT INTO place_hourly
       SELECT * REPLACE (if(sign = 1, toStartOfDay(hour) + 3600 * ((toHour(hour) + 1) % 24), hour) AS hour,
         toInt64(sign) AS events, toInt64(0) AS headcount, toInt64(0) AS minutes)
       FROM (SELECT * FROM place_hourly WHERE toDate(hour) = '${DAY}' LIMIT 1) ARRAY JOIN [-1, 1] AS sign`,
    learner_daily: `INSERT INTO learner_daily
       SELECT * REPLACE (toInt32(0) AS events, toInt32(0) AS active, toInt32(0) AS headcount, toInt32(0) AS minutes,
         home_key + 131072 AS home_key)
       FROM learner_daily WHERE day = '${DAY}' AND home_key > 0 LIMIT 1`,
    learner_homes: `INSERT INTO learner_homes
       SELECT learner, home_code, first_at - 1, last_at + 1 FROM learner_homes LIMIT 1`,
    event_ids: `ALTER TABLE event_ids UPDATE content_hash = content_hash + 1 WHERE day = '${DAY}' SETTINGS mutations_sync = 1`,
  },
};

describe('damage is found, named, and written anew', () => {
  test.each(Object.entries(DAMAGES))('%s', async (_, damages) => {
    const before = await contents();
    for (const damage of Object.values(damages)) await service.store.command(damage);
    const { rebuilt, shown } = await check(true);
    expect(Object.keys(rebuilt).sort()).toEqual(Object.keys(damages).sort());
    expect(shown).toEqual([]);
    expect(await contents()).toEqual(before);
  });

  test('a batch stored twice: the first received is kept, and nothing else has changed', async () => {
    const before = await contents();
    const events = await status();
    await service.store.command(
      `INSERT INTO events_raw SELECT * REPLACE (received_at + 5 AS received_at) FROM events_raw
       WHERE toDate(occurred_at, 'Asia/Ho_Chi_Minh') = '${DAY}' SETTINGS insert_deduplicate = 0`,
    );
    await service.store.command(
      `INSERT INTO events_raw SELECT * FROM events_raw WHERE sign = -1 LIMIT 1 SETTINGS insert_deduplicate = 0`,
    );
    const found = await check();
    expect(found.shown).toContainEqual(
      expect.objectContaining({ table: 'events_raw', day: DAY, figure: 'rows of one event' }),
    );
    expect(await status()).not.toBe(events);
    expect((await check(true)).shown).toEqual([]);
    expect(await contents()).toEqual(before);
    expect(await status()).toBe(events);
  });

  test('a void whose record is lost is put on record again', async () => {
    const before = await contents();
    await service.store.command('TRUNCATE TABLE event_voids');
    // Without its record the event comes back to the learners' tables at the next rebuild.
    await rebuildPieces(service.store, 'learner_daily', [DAY], MONTH);
    expect((await check()).shown).toContainEqual(
      expect.objectContaining({ table: 'event_voids', raw: '1', rollup: '0' }),
    );
    expect((await check(true)).shown).toEqual([]);
    expect(await contents()).toEqual(before);
  });

  test('an id that was forgotten and is found again is a duplicate again', async () => {
    const event = anEvent();
    await service.send(event);
    await service.get('/api/v1/status');
    await service.store.command('DELETE FROM event_ids WHERE event_id = {id:UUID}', { id: event.event_id });
    expect((await check(true)).total).toBe(0);
    expect((await service.send(event)).body).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  test('live counters are those of the raw rows after a repair', async () => {
    const ward = '27265';
    const client = new LiveClient(service.url);
    await client.subscribe({});
    await client.until(() => client.snapshots === 1);
    const events = client.areas.get(ward)?.[1] ?? 0;
    await service.store.command(
      `INSERT INTO events_raw SELECT * REPLACE (now64(3) AS received_at) FROM events_raw
       WHERE occurred_at > toStartOfDay(now(), 'Asia/Ho_Chi_Minh') AND ward = '${ward}' AND sign = 1
       SETTINGS insert_deduplicate = 0`,
    );
    await client.until(() => (client.areas.get(ward)?.[1] ?? 0) > events);
    expect((await check(true)).total).toBe(0);
    await client.until(() => client.areas.get(ward)?.[1] === events);
    client.close();
  });
});

test('events sent while a store is compared and repaired are neither lost nor taken for a difference', async () => {
  let sending = true;
  let sent = 0;
  const before = await status();
  const load = async () => {
    while (sending) {
      const batch = Array.from({ length: 30 }, (_, i) =>
        anEvent({
          occurred_at: new Date(NOW - (i % 40) * DAY_MS).toISOString(),
          learner_id: `busy-${i % 7}`,
          home_ward: WARDS[i % 2] as string,
        }),
      );
      const { body } = await service.send(batch);
      sent += body.accepted;
    }
  };
  const loads = [load()];
  const first = check();
  await expect(check()).rejects.toThrow('A check of this store is under way');
  expect((await first).shown).toEqual([]);
  await service.store.command(`ALTER TABLE place_daily DROP PARTITION ${MONTH}`);
  await service.store.command('DELETE FROM learner_homes WHERE home_code = 27265');
  expect((await check(true)).shown).toEqual([]);
  sending = false;
  await Promise.all(loads);
  expect(await status()).toBe(before + sent);
  expect((await check()).shown).toEqual([]);
});

test('the first of two rows that say the same is kept where both were received at once', async () => {
  const one = anEvent({ occurred_at: `${DAY}T10:00:00+07:00`, source_id: 'clc-doubled' });
  await service.send(one);
  await service.get('/api/v1/status');
  const same = "FROM events_raw WHERE source_id = 'clc-doubled'";
  await service.store.command(`INSERT INTO events_raw SELECT * ${same} SETTINGS insert_deduplicate = 0`);
  await keepFirstOfEach(service.store, [DAY], MONTH);
  expect(await service.store.query(`SELECT toString(count()) AS n ${same}`)).toEqual([{ n: '1' }]);
  expect((await check(true)).total).toBe(0);
});

describe('npm run check', () => {
  const run = (...args: string[]) =>
    runNode(['server/commands/check.ts', ...args], { DATA_DIR: service.dataDir, LOG_LEVEL: 'error' });
  const lastLine = (text: string) => text.trim().split('\n').at(-1);

  test('asks the service that runs, and opens the store itself where none does; 2 for wrong use', async () => {
    expect(await run('--mend')).toMatchObject({ code: 2 });
    await service.store.command(`ALTER TABLE place_daily DROP PARTITION ${MONTH}`);
    const found = await run();
    expect(found.code, found.stderr).toBe(1);
    expect(found.stdout).toMatch(/^table +day +ward +figure +raw +rollup$/m);
    expect(found.stdout).toMatch(/^place_daily +\d{4}-\d\d-\d\d +27265 +events +\d+ +0$/m);
    const total = Number(/^differences: (\d+)$/.exec(lastLine(found.stdout) ?? '')?.[1]);
    expect(total).toBeGreaterThan(50);
    expect(found.stdout).toContain(`… and ${total - 50} more; in all: place_daily ${total}`);
    expect(found.stderr).toContain('npm run check -- --repair');

    await service.stop({ keep: true });
    running = false;
    const repaired = await run('--repair');
    expect(repaired.code, repaired.stderr).toBe(0);
    expect(repaired.stdout).toMatch(/^place_daily: \d+ pieces written anew from raw rows$/m);
    expect(lastLine(repaired.stdout)).toBe('differences: 0');

    service = await startTestService({}, service.dataDir);
    running = true;
    const counts = await countEverywhere(service.store);
    expect(counts.place_daily).toEqual(counts.raw);
  });
});
