import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { FLAGS } from '../../server/contract/event.ts';
import type { SourceRecord } from '../../server/contract/source.ts';
import { DAY_MS } from '../../server/contract/time.ts';
import { Geography } from '../../server/geography.ts';
import { createPseudonymiser } from '../../server/ingest/identity.ts';
import { prepareRow } from '../../server/ingest/pipeline.ts';
import { encodeEventRows } from '../../server/store/event-row.ts';
import { sourceInputs } from '../../simulator/city.ts';
import { eventsOfDay, type SimEvent, toWireEvent } from '../../simulator/events.ts';
import { fillHistory } from '../../simulator/history.ts';
import { createPlan } from '../../simulator/plan.ts';
import { RowWriter } from '../../simulator/row-writer.ts';
import { SCENARIOS, scenarioByName } from '../../simulator/scenarios/index.ts';
import { storedRow } from '../../simulator/stored-row.ts';
import { MONDAY_MS, NOW_MS, testCity } from './helper.ts';
import type { HistoryFacts } from './history-facts.ts';

const city = testCity();
const pseudonymise = createPseudonymiser('a key for tests');
const FACTS = fileURLToPath(new URL('./history-facts.ts', import.meta.url));

describe('rows of history', () => {
  const samples = SCENARIOS.flatMap((scenario) => {
    const events = eventsOfDay(createPlan(city, scenario), MONDAY_MS);
    return events.filter((event, i) => i % 13 === 0 || event.home >= city.wards.length);
  });

  test('are what the pipeline makes of the same events as posted, field by field', () => {
    const sources = new Map(
      sourceInputs(city).map(({ source_id, input }) => [
        source_id,
        { ...input, source_id, registered: true } as SourceRecord,
      ]),
    );
    const geography = Geography.of();
    const seen = new Set<string>();
    for (const event of samples) {
      const stored = storedRow(city, event, pseudonymise);
      const prepared = prepareRow(JSON.parse(JSON.stringify(toWireEvent(city, event))), {
        geography,
        pseudonymise,
        source: (id: string) => sources.get(id),
        now: () => event.received_at,
      });
      if ('refusal' in prepared) throw new Error(prepared.refusal.detail);
      // The buffer sets the time of arrival.
      expect(stored).toEqual({ ...prepared.row, received_at: event.received_at });
      seen.add(stored.located_by);
      FLAGS.forEach((flag, bit) => {
        if ((stored.flags >> bit) & 1) seen.add(flag);
      });
    }
    expect([...seen].sort()).toEqual([
      'home',
      'late',
      'none',
      'nonresident',
      'schematic',
      'source',
      'unlocated',
      'ward',
    ]);
  });

  test('are written as the very bytes of encodeEventRows', () => {
    const writer = new RowWriter(city, pseudonymise);
    writer.into(Buffer.alloc(640 * (samples.length + 1)));
    // Twice over: the second time the pseudonyms are those kept.
    for (const part of [samples.slice(0, 2000), samples.slice(0, 2000), samples.slice(2000)]) {
      const before = writer.written.length;
      for (const event of part) writer.write(event);
      const rows = part.map((event) => storedRow(city, event, pseudonymise));
      expect(writer.written.subarray(before).toString('latin1')).toBe(
        encodeEventRows(rows).toString('latin1'),
      );
    }
  });

  test('content hashes of every magnitude are written as their decimal number', () => {
    const writer = new RowWriter(city, () => 18_446_744_073_709_551_615n);
    const event = samples.find((sample) => sample.person >= 0) as SimEvent;
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ ...event, occurred_at: event.occurred_at + i }));
    writer.into(Buffer.alloc(640 * (rows.length + 1)));
    for (const row of rows) writer.write(row);
    const expected = encodeEventRows(
      rows.map((row) => storedRow(city, row, () => 18_446_744_073_709_551_615n)),
    );
    expect(writer.written.toString('latin1')).toBe(expected.toString('latin1'));
  });
});

describe('90 days of history', () => {
  const from_ms = NOW_MS - 90 * DAY_MS;
  let facts: HistoryFacts;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      FACTS,
      `${from_ms}`,
      `${NOW_MS}`,
    ]);
    facts = JSON.parse(stdout);
  }, 60_000);

  test('hold 1.5 million events or more, in chunks of 50,000 to 100,000 with a token each', () => {
    const { result } = facts;
    expect(result.rows).toBeGreaterThan(1_500_000);
    expect(result.rows).toBeLessThan(1_750_000);
    expect(facts.rows_seen).toBe(result.rows);
    expect(facts.tokens).toBe(result.chunks);
    expect(result.rows / result.chunks).toBeGreaterThan(50_000);
    expect(result.rows / result.chunks).toBeLessThan(100_000);
  });

  test('have ids that never repeat', () => {
    expect(facts.repeated_ids).toBe(0);
  });

  test('are in the order of occurrence, received after it and before now', () => {
    expect(facts.out_of_order).toBe(0);
    expect(facts.newest_received_at).toBeLessThanOrEqual(NOW_MS);
    expect(facts.newest_received_at).toBeGreaterThan(NOW_MS - 60_000);
    expect(facts.result.not_yet_received).toBeGreaterThan(0);
  });

  test('report progress from 0 to the last day', () => {
    expect(facts.progress[0]).toBe(0);
    expect(facts.progress.at(-1)).toBe(90);
    expect([...facts.progress].sort((a, b) => a - b)).toEqual(facts.progress);
  });

  test('show the barely served wards: 12 to 18 dense ones under a third of the city’s rate', () => {
    const rates = city.wards.map((ward) => ({
      ward,
      learners: facts.learners_by_home[Number(ward.code)] ?? 0,
      rate: (1000 * (facts.learners_by_home[Number(ward.code)] ?? 0)) / ward.population,
    }));
    const cityRate =
      (1000 * rates.reduce((sum, { learners }) => sum + learners, 0)) /
      city.wards.reduce((sum, { population }) => sum + population, 0);
    expect(cityRate).toBeGreaterThan(10);
    const low = rates.filter(({ ward, rate }) => ward.density_per_km2 > 4000 && rate < cityRate / 3);
    expect(low.length).toBeGreaterThanOrEqual(12);
    expect(low.length).toBeLessThanOrEqual(18);
    expect(low.every(({ ward }) => ward.service === 'barely_served')).toBe(true);
    const rest = rates.filter(({ ward }) => ward.service === 'usual' || ward.service === 'central');
    expect(rest.every(({ rate }) => rate > cityRate / 2)).toBe(true);
    expect(rates.every(({ learners }) => learners > 0)).toBe(true);
  });
});

describe('parts of history', () => {
  const digestOf = async (from_ms: number, to_ms: number, seed: number) => {
    const hash = createHash('sha256');
    await fillHistory({
      city: { ...city, seed },
      scenario: scenarioByName('late-buses'),
      from_ms,
      to_ms,
      now_ms: to_ms + 30 * DAY_MS,
      pseudonymise,
      insert: async (tsv) => void hash.update(tsv),
    });
    return hash.digest('hex');
  };

  test('one day alone is that day of the whole, the same each time, of this seed', async () => {
    const hash = createHash('sha256');
    await fillHistory({
      city,
      scenario: scenarioByName('late-buses'),
      from_ms: MONDAY_MS - 3 * DAY_MS,
      to_ms: MONDAY_MS + DAY_MS,
      now_ms: MONDAY_MS + 31 * DAY_MS,
      pseudonymise,
      insert: async (tsv) => {
        for (const line of tsv.toString('latin1').split('\n')) {
          if (line !== '' && Number(line.split('\t')[1]) * 1000 >= MONDAY_MS) hash.update(`${line}\n`);
        }
      },
    });
    const alone = await digestOf(MONDAY_MS, MONDAY_MS + DAY_MS, 7);
    expect(hash.digest('hex')).toBe(alone);
    expect(await digestOf(MONDAY_MS, MONDAY_MS + DAY_MS, 8)).not.toBe(alone);
  });

  test('the bytes of a chunk stay until its insert is done, and at most two inserts run at a time', async () => {
    let running = 0;
    const changed: boolean[] = [];
    await fillHistory({
      city,
      scenario: scenarioByName('ordinary-day'),
      from_ms: MONDAY_MS - 12 * DAY_MS,
      to_ms: MONDAY_MS,
      pseudonymise: () => 1n,
      insert: async (tsv) => {
        running++;
        expect(running).toBeLessThanOrEqual(2);
        const before = createHash('sha256').update(tsv).digest('hex');
        await new Promise((resolve) => setImmediate(resolve));
        changed.push(createHash('sha256').update(tsv).digest('hex') !== before);
        running--;
      },
    });
    expect(changed.length).toBeGreaterThan(2);
    expect(changed).not.toContain(true);
  });

  test('a failed insert fails the filling; an empty span is refused', async () => {
    const options = { city, scenario: scenarioByName('ordinary-day'), pseudonymise: () => 1n };
    const filling = fillHistory({
      ...options,
      from_ms: MONDAY_MS - 9 * DAY_MS,
      to_ms: MONDAY_MS,
      insert: async () => {
        throw new Error('disk full');
      },
    });
    await expect(filling).rejects.toThrow('disk full');
    const empty = fillHistory({ ...options, from_ms: MONDAY_MS, to_ms: MONDAY_MS, insert: async () => {} });
    await expect(empty).rejects.toThrow('from must be before to');
  });
});
