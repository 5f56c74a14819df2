import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DAY_MS, startOfCityDay } from '../../server/contract/time.ts';
import { Geography } from '../../server/geography.ts';
import { LiveState } from '../../server/live/live-state.ts';
import { Tail } from '../../server/live/tail.ts';
import type { Store } from '../../server/store/client.ts';
import { migrate } from '../../server/store/migrate.ts';
import { aRow, insertRows, openTestStore } from '../store/open-config.ts';

// A clock of our own, so that the store is read a minute before the city's midnight and a minute after it.
const MIDNIGHT = startOfCityDay(Date.now()) + DAY_MS;
const MINUTE = 60_000;
const WARD = '27265';

let store: Store;
beforeAll(async () => {
  store = (await openTestStore()).store;
  await migrate(store);
});
afterAll(async () => {
  vi.useRealTimers();
  await store?.close();
});

test('a row that a clock ahead dated into tomorrow counts when tomorrow has come', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: MIDNIGHT - MINUTE });
  const live = new LiveState(Geography.of());
  await live.load(store, 0, Date.now());
  const tail = new Tail(store, console as never, 0, (rows) => live.apply(rows, Date.now()));
  const received_at = MIDNIGHT - MINUTE;
  await insertRows(
    store,
    [-MINUTE, MINUTE, 2 * MINUTE, -3 * DAY_MS].map((ahead) =>
      aRow({ occurred_at: MIDNIGHT + ahead, received_at, ward: WARD }),
    ),
    'ahead',
  );
  await tail.wake();
  expect(live.counters.read(WARD, 0b111, 1)[1]).toBe(1);
  vi.setSystemTime(MIDNIGHT + MINUTE);
  expect(live.takeChanges(Date.now()).reset).toBe(true);
  expect(live.counters.read(WARD, 0b111, 1)[1]).toBe(2);
  await tail.close();
});
