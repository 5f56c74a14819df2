import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES } from '../../server/analyst/examples.ts';
import { FIGURES, type Figure } from '../../server/analyst/sql-of.ts';
import { startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { anEvent } from '../helper/service.ts';
import { type AnalystService, startAnalyst } from './helper.ts';

let service: AnalystService;
beforeAll(async () => {
  service = await startAnalyst();
}, 120_000);
afterAll(() => service.stop());

const rows = async <Row = Record<string, any>>(
  sql: string,
  fields: Record<string, string> = {},
): Promise<Row[]> => {
  const { status, text } = await service.sql(sql, { default_format: 'JSONEachRow', ...fields });
  expect(status, `${sql}\n${text}`).toBe(200);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
};
const HOUR = 3_600_000;
const hours = (back: number) => toCityIso(Math.floor(Date.now() / HOUR) * HOUR - back * HOUR);

const cityDay = (back: number) => toCityIso(startOfCityDay(Date.now()) - back * 24 * HOUR);

describe('every view', () => {
  const COLUMNS: Record<string, string> = {
    events:
      'event_id occurred_at received_at source source_id activity learner learner_group sex home_ward ward district lon lat h3 programme duration_min headcount flags',
    wards: 'code name name_en parent division population area_km2 density_per_km2 lon lat boundary',
    districts: 'code name name_en parent division population area_km2 density_per_km2 lon lat boundary',
    residents_grid: 'h3 ward population grid_quality',
    activity_hourly:
      'hour ward home_ward district source learner_group programme events headcount minutes learners',
    activity_daily:
      'day ward home_ward district source learner_group programme events headcount minutes learners',
  };

  test('has the columns of the contract, each explained in Vietnamese and English', async () => {
    const { body } = await service.get('/api/v1/schema');
    expect(body.tables.map((one: any) => one.name)).toEqual(
      'events activity_hourly activity_daily ingest_hourly wards districts crosswalk residents_grid sources vehicle_positions rejects coverage'.split(
        ' ',
      ),
    );
    for (const table of body.tables) {
      expect(table.comment_vi, table.name).not.toBe('');
      expect(table.comment_en, table.name).not.toBe('');
      expect(table.columns.length, table.name).toBeGreaterThan(3);
      for (const column of table.columns) {
        expect(column.comment_vi, `${table.name}.${column.name}`).not.toBe('');
        expect(column.comment_en, `${table.name}.${column.name}`).not.toBe('');
      }
      const columns = COLUMNS[table.name];
      if (columns) expect(table.columns.map((one: any) => one.name).join(' '), table.name).toBe(columns);
    }
    expect(
      body.tables
        .at(-1)
        .parameters.map((one: any) => one.name)
        .sort(),
    ).toEqual(['basis', 'division', 'from', 'to']);
  });

  test('gives rows: the grid and the areas too, which nobody had asked for before', async () => {
    const [grid] = await rows(
      'SELECT sum(population) AS people, uniqExact(ward) AS wards FROM residents_grid',
    );
    const [wards] = await rows(
      "SELECT sum(population) AS people, count() AS wards FROM wards WHERE division = '2025'",
    );
    expect(grid).toEqual(wards);
    for (const table of [
      'events',
      'activity_hourly',
      'activity_daily',
      'ingest_hourly',
      'districts',
      'crosswalk',
      'sources',
    ])
      expect((await rows(`SELECT count() AS n FROM ${table}`))[0]?.n, table).not.toBe('0');
    for (const table of ['vehicle_positions', 'rejects']) await rows(`SELECT * FROM ${table} LIMIT 1`);
  });

  test('times are the city’s: the hour and the day of an event are those on its clocks', async () => {
    const byHour = await rows(
      'SELECT toString(toDate(occurred_at)) AS day, toHour(occurred_at) AS hour, toString(count()) AS n FROM events GROUP BY day, hour ORDER BY day, hour',
    );
    const kept = await service.store.query(
      `SELECT toString(toDate(hour, 'Asia/Ho_Chi_Minh')) AS day, toHour(hour, 'Asia/Ho_Chi_Minh') AS hour_, toString(sum(events)) AS n
       FROM place_hourly GROUP BY day, hour_ HAVING n != '0' ORDER BY day, hour_`,
    );
    expect(byHour.map((row) => Object.values(row))).toEqual(kept.map((row) => Object.values(row as object)));
    expect(byHour.length).toBeGreaterThan(24);
  });

  test('leaves a withdrawn event out, of sums, of distinct learners and of distances', async () => {
    const event = anEvent({ programme: 'to-be-withdrawn', learner_id: 'card-1', learner_id_type: 'card' });
    await service.send(event);
    const counted = `SELECT count() AS n, sum(headcount) AS people, uniqExact(learner) AS learners FROM events WHERE programme = 'to-be-withdrawn'`;
    expect(await rows(counted)).toEqual([{ n: '1', people: '1', learners: '1' }]);
    const daily = `SELECT sum(events) AS n, uniqExactMerge(learners) AS learners FROM activity_daily WHERE programme = 'to-be-withdrawn'`;
    expect(await rows(daily)).toEqual([{ n: '1', learners: '1' }]);
    const voided = await fetch(`${service.url}/api/v1/events/${event.event_id}/void`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"reason":"wrong"}',
    });
    expect(voided.status).toBe(200);
    expect(await rows(counted)).toEqual([{ n: '0', people: '0', learners: '0' }]);
    expect(await rows(daily)).toEqual([{ n: '0', learners: '0' }]);
  });
});

describe('coverage(…)', () => {
  const NUMBERS = [
    'events',
    'learners',
    'headcount',
    'minutes',
    'rate',
    'rate_low',
    'rate_high',
    'rate_known',
    'rate_eb',
    'unreached',
    'fallback_share',
    'linkable_share',
    'id_share',
    'anonymous_low',
    'anonymous_high',
    'population',
    'density_per_km2',
  ];
  test.each([
    ['2025', 'ward', '', 60, 0],
    ['2025', 'district', '', 50, 3],
    ['2025', 'ward', 'home', 40, 2],
    ['2025', 'ward', 'place', 37, 5],
    ['2025', 'district', 'place', 3, 1],
    ['pre-2025', 'district', '', 61, 0],
    ['2025', 'ward', '', -2, -1],
    ['2025', 'district', 'place', -3, 0],
  ])(
    'division %s, %s, basis "%s" gives every figure of every area as the API does',
    async (division, level, basis, from, to) => {
      // Under zero: whole days of the city.
      const at = (back: number) => (back <= 0 && from < 0 ? cityDay(-back) : hours(back));
      const window = { from: at(from), to: at(to) };
      const query = new URLSearchParams({
        ...window,
        division,
        level,
        ...(basis === '' ? {} : { basis }),
        figures: 'basic',
      });
      const { body } = await service.get(`/api/v1/coverage?${query}`);
      const found = await rows(
        `SELECT * FROM coverage(from = {from:String}, to = {to:String}, division = {division:String}, basis = {basis:String}) WHERE level = {level:String} AND code NOT IN ('', 'nonresident')`,
        {
          param_from: window.from,
          param_to: window.to,
          param_division: division,
          param_basis: basis,
          param_level: level,
          output_format_json_quote_64bit_integers: '0',
        },
      );
      expect(found.length).toBe(body.areas.length);
      expect(body.areas.some((area: any) => area.events > 0)).toBe(true);
      const byCode = new Map(found.map((row) => [row.code, row]));
      for (const area of body.areas) {
        const row = byCode.get(area.code) as any;
        for (const name of NUMBERS) {
          if (area[name] === null || row[name] === null)
            expect([area.code, name, row[name]]).toEqual([area.code, name, area[name]]);
          else expect(row[name], `${area.code} ${name}`).toBeCloseTo(area[name], 6);
        }
      }
    },
  );
});

const parametersOf = (one: { parameters: Record<string, string> }) =>
  Object.fromEntries(Object.entries(one.parameters).map(([name, value]) => [`param_${name}`, String(value)]));

describe('the SQL of a figure', () => {
  const ask = async (figure: Figure, fields: Record<string, string>) => {
    const query = new URLSearchParams({ figure, ...fields });
    const { status, body } = await service.get(`/api/v1/sql-of?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    const parameters = Object.fromEntries(
      Object.entries(body.parameters).map(([name, value]) => [`param_${name}`, String(value)]),
    );
    const [row] = await rows(body.sql, { ...parameters, output_format_json_quote_64bit_integers: '0' });
    return { body, value: row?.value as number | null };
  };

  test('gives the value of the API for an area and for the city, every figure', async () => {
    const busiest = await rows(
      'SELECT ward FROM events WHERE length(ward) = 5 GROUP BY ward ORDER BY count() DESC LIMIT 1',
    );
    const area = busiest[0]?.ward;
    await service.send(anEvent({ ward: area, learner_id: 'live-1', learner_id_type: 'card' }));
    // One statement for all of them: each is a cell of its own, as it stands.
    const statements = [];
    for (const figure of FIGURES) {
      const live = figure.startsWith('live');
      for (const where of live ? [{ area }] : [{ area }, {}]) {
        const query = new URLSearchParams({ figure, ...where, from: hours(48), to: hours(0) } as never);
        const { status, body } = await service.get(`/api/v1/sql-of?${query}`);
        expect(status, JSON.stringify(body)).toBe(200);
        statements.push({ name: `${figure} ${JSON.stringify(where)}`, ...body });
      }
    }
    const [shape] = statements;
    for (const one of statements.filter(({ figure }) => !figure.startsWith('live'))) {
      expect(one.parameters).toMatchObject({
        from: shape.parameters.from,
        to: shape.parameters.to,
        level: 'ward',
      });
      expect(one.sql.replace(/^SELECT .* AS value/, '')).toBe(
        one.parameters.area === undefined
          ? shape.sql.replace(/^SELECT .* AS value/, '').replace(' AND code = {area:String}', '')
          : shape.sql.replace(/^SELECT .* AS value/, ''),
      );
    }
    const fields = { output_format_json_quote_64bit_integers: '0', ...parametersOf(shape) };
    for (const of of ['area', 'city']) {
      const some = statements.filter(
        (one) => (one.parameters.area === undefined) === (of === 'city') && !one.figure.startsWith('live'),
      );
      const [from = ''] = /\nFROM[\s\S]*/.exec(some[0].sql) ?? [];
      const cells = some.map((one) => one.sql.replace(/^SELECT ([\s\S]*) AS value\nFROM[\s\S]*/, '$1'));
      const [row] = await rows(
        `SELECT ${cells.map((cell, i) => `${cell} AS value_${i}`).join(', ')}${from}`,
        fields,
      );
      for (const [i, one] of some.entries()) expect(row?.[`value_${i}`], one.name).toBeCloseTo(one.value, 6);
    }
    for (const one of statements.filter(({ figure }) => figure.startsWith('live'))) {
      const [row] = await rows(one.sql, {
        ...parametersOf(one),
        output_format_json_quote_64bit_integers: '0',
      });
      expect(row?.value, one.name).toBe(one.value);
    }
  });

  test('counts with a filter, too', async () => {
    for (const filter of [{ source: 'centre' }, { group: 'child', source: 'mobile_library' }]) {
      for (const figure of ['events', 'minutes', 'headcount'] as const) {
        const { body, value } = await ask(figure, { ...filter, from: hours(48), to: hours(0) } as never);
        expect(body.value).toBeGreaterThan(0);
        expect(value).toBe(body.value);
      }
      const { body, value } = await ask('learners', {
        ...filter,
        basis: 'place',
        area: '27265',
        from: hours(60),
        to: hours(0),
      } as never);
      expect(value).toBe(body.value);
    }
  });

  test('names the figure that a filter does not have', async () => {
    const { status, body } = await service.get('/api/v1/sql-of?figure=rate&group=retiree');
    expect([status, body.errors[0].field]).toEqual([400, 'figure']);
  });

  test('its URL gives the value to a spreadsheet', async () => {
    const { body } = await service.get('/api/v1/sql-of?figure=events');
    const csv = await (await fetch(`${service.url}${body.url}`)).text();
    expect(csv).toBe(`"value"\n${body.value}\n`);
  });
});

describe('worked examples', () => {
  test.each(EXAMPLES.map((example) => [example.id, example] as const))('%s runs', async (id, example) => {
    const parameters = Object.fromEntries(
      example.parameters.map((one) => [`param_${one.name}`, one.default]),
    );
    const found = await rows(example.sql, parameters);
    expect(found.length, id).toBeGreaterThan(0);
    const drawn = Object.values(example.draw).flat().slice(1) as string[];
    for (const column of drawn)
      expect(Object.keys(found[0] ?? {}), `${id} draws ${column}`).toContain(column);
    for (const text of [example.title, example.description])
      expect(text.vi !== '' && text.en !== '' && text.vi !== text.en).toBe(true);
  });

  test('twelve of them, and what they say is recounted from raw rows', async () => {
    expect(EXAMPLES).toHaveLength(12);
    const run = (id: string) => {
      const example = EXAMPLES.find((one) => one.id === id);
      return rows(
        example?.sql ?? '',
        Object.fromEntries(example?.parameters.map((one) => [`param_${one.name}`, one.default]) ?? []),
      );
    };
    const raw = (sql: string) => service.store.query<Record<string, string>>(sql);
    const retirees = await run('retirees-by-month');
    const [recounted] = await raw(
      `SELECT uniqExact(learner) AS n FROM events_raw WHERE bitTest(learner_groups, 3) AND learner != 0 AND activity != 'registered' AND sign = 1 AND event_id NOT IN (SELECT event_id FROM event_voids)
       AND toStartOfMonth(occurred_at, 'Asia/Ho_Chi_Minh') = toDate('${retirees[0]?.month}')`,
    );
    expect(retirees[0]?.retirees).toBe(recounted?.n);
    const programmes = await run('programmes');
    const sums = await raw(
      `SELECT programme, sum(events) AS n FROM place_daily GROUP BY programme HAVING n != 0`,
    );
    const listed = (all: [unknown, unknown][]) => all.map((pair) => pair.join(' ')).sort();
    expect(listed(programmes.map((row) => [row.programme, row.all_events]))).toEqual(
      listed(sums.map((row) => [row.programme, row.n])),
    );
    const combinations = await run('learners-across-sources');
    const [all] = await raw(`SELECT uniqExact(learner) AS n FROM learner_daily WHERE active > 0`);
    expect(combinations.reduce((sum, row) => sum + Number(row.learners), 0)).toBe(Number(all?.n));
    const unreached = await run('ten-most-unreached');
    const { body } = await service.get(
      '/api/v1/coverage?from=2026-11-01T00:00:00%2B07:00&to=2026-12-01T00:00:00%2B07:00&figures=basic',
    );
    const most = [...body.areas].sort((a: any, b: any) => b.unreached - a.unreached)[0];
    expect([unreached[0]?.ward, unreached[0]?.unreached]).toEqual([most.code, Math.round(most.unreached)]);
  });
});
