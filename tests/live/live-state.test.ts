import { describe, expect, it } from 'vitest';
import { Geography } from '../../server/geography.ts';
import { LiveState } from '../../server/live/live-state.ts';
import type { Store } from '../../server/store/client.ts';
import type { TailRow } from '../../server/store/queries.ts';
import { FakeStore } from '../ingest/fake-store.ts';

const WARD = '27265';
const MIDNIGHT = Date.parse('2026-11-21T00:00:00+07:00');
const BEFORE = MIDNIGHT - 60_000;
const AFTER = MIDNIGHT + 60_000;

const rowOf = (occurred_ms: number, changes: Partial<TailRow> = {}): TailRow => ({
  received_ms: `${BEFORE}`,
  event_id: '00000000-0000-4000-8000-000000000001',
  occurred_ms: `${occurred_ms}`,
  source: 1,
  source_id: 'clc-1',
  learner: '7',
  active: 1,
  ward: WARD,
  lon: null,
  lat: null,
  duration_min: 30,
  headcount: 1,
  sign: 1,
  programme: '',
  ...changes,
});

/** A store that holds one event of one learner at a time. */
function storeWith(occurred_ms: number): Store {
  const store = new FakeStore();
  store.query = async <Row>(_sql: string, params = {}): Promise<Row[]> => {
    const { from_ms, to_ms } = params as { from_ms: number; to_ms: number };
    if (occurred_ms < from_ms || occurred_ms >= to_ms) return [];
    const counted = { ward: WARD, source: 1, learner: '7', events: '1', active: '1', minutes: '30' };
    return [counted as Row];
  };
  return store;
}

const read = (live: LiveState) => live.counters.read(WARD, 0b111, 1).slice(1);

describe('the live state around midnight', () => {
  it('counts what a clock ahead dated after midnight when its day has come', async () => {
    const live = new LiveState(Geography.of());
    await live.load(storeWith(0), 0, BEFORE);
    live.apply([rowOf(BEFORE), rowOf(AFTER), rowOf(AFTER, { learner: '8' })], BEFORE);
    expect(read(live)).toEqual([1, 1, 30]);
    expect(live.takeChanges(AFTER).reset).toBe(true);
    expect(read(live)).toEqual([2, 2, 60]);
    live.apply([rowOf(AFTER, { sign: -1 })], AFTER);
    expect(read(live)).toEqual([1, 1, 30]);
  });

  it('counts it also where it was in the store before the start', async () => {
    const live = new LiveState(Geography.of());
    await live.load(storeWith(AFTER), BEFORE, BEFORE);
    expect(read(live)).toEqual([0, 0, 0]);
    live.takeChanges(AFTER);
    expect(read(live)).toEqual([1, 1, 30]);
  });

  it('starts at zero where nobody was ahead, and where more than a day went by', async () => {
    const live = new LiveState(Geography.of());
    await live.load(storeWith(BEFORE), BEFORE, BEFORE);
    live.apply([rowOf(AFTER)], BEFORE);
    expect(read(live)).toEqual([1, 1, 30]);
    live.takeChanges(AFTER + 86_400_000);
    expect(read(live)).toEqual([0, 0, 0]);
  });
});
