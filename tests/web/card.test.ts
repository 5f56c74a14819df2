import { describe, expect, it } from 'vitest';
import type { AreaFigures, Coverage } from '../../server/contract/coverage.ts';
import type { Place } from '../../web/src/map/layers/place.ts';
import { METHOD_IDS } from '../../web/src/method/ids.ts';
import { liveValues } from '../../web/src/method/live-values.ts';
import { methodEn } from '../../web/src/method/text-en.ts';
import { methodVi } from '../../web/src/method/text-vi.ts';
import { columnsFor } from '../../web/src/planner/columns.ts';
import { whatHelps } from '../../web/src/planner/helps.ts';
import { nearestPlaces } from '../../web/src/planner/nearest.ts';
import { rateStory } from '../../web/src/planner/sentence.ts';
import { areaRow } from './area-row.ts';

const coverage = {
  from: '2026-08-24T00:00:00+07:00',
  to: '2026-11-22T00:00:00+07:00',
  as_of: '2026-11-21T20:00:00+07:00',
  division: '2025',
  basis: null,
  population_source: 'a table',
  population_date: '2025-07-17',
  city: { rate: 18, m: 18, access: 100, within_1km: 0.4 },
  breaks: { rate: [1, 2], events: [3], class_density: [5630.7, 21830.6], class_rate_eb: [null, 21.8] },
} as unknown as Coverage;

describe('what the card says first', () => {
  it('is how many learners are lacking, or that none are, or why there is no figure', () => {
    expect(rateStory(areaRow('1', 4, { unreached: 1200 }), coverage)).toBe('gap');
    expect(rateStory(areaRow('1', 30, { unreached: 0.2 }), coverage)).toBe('enough');
    expect(rateStory(areaRow('1', null, { suppressed: true }), coverage)).toBe('suppressed');
    expect(rateStory(areaRow('1', null, { reason: 'no_population' }), coverage)).toBe('no_population');
    expect(rateStory(areaRow('1', null, { per_1000_all_residents: 2 }), coverage)).toBe('group');
    expect(rateStory(undefined, coverage)).toBe('unknown');
  });
});

describe('what would help', () => {
  const kinds = (extra: Partial<AreaFigures>) =>
    whatHelps(areaRow('1', 10, { unreached: 500, population: 20_000, ...extra }), coverage).map(
      ({ kind }) => kind,
    );
  it('begins with silent places, whatever else there is', () => {
    expect(kinds({ silent: 2, within_1km: 0.2 })).toEqual(['silent', 'reach']);
  });
  it('is a nearer place, then seats and hours, then inviting people', () => {
    const reach = areaRow('1', 10, { unreached: 500, population: 20_000, within_1km: 0.25 });
    expect(whatHelps(reach, coverage)).toEqual([{ kind: 'reach', n: 15_000, share: 0.75 }]);
    expect(kinds({ within_1km: 0.9, access: 20 })).toEqual(['seats']);
    expect(kinds({ within_1km: 0.9, access: 120 })).toEqual(['invite']);
  });
  it('ends with what would make the figures surer', () => {
    expect(kinds({ unreached: 0, id_share: 0.5, fallback_share: 0.4, rate_low: 5, rate_high: 16 })).toEqual([
      'enough',
      'ids',
      'homes',
      'wait',
    ]);
  });
  it('is nothing for an area whose figures are hidden', () => {
    expect(whatHelps(areaRow('1', null, { suppressed: true, silent: 1 }), coverage)).toEqual([]);
  });
});

describe('the nearest places', () => {
  it('are those nearest on the ground, in the ward or not', () => {
    const at = (source_id: string, lon: number, lat: number) => ({ source_id, lon, lat }) as Place;
    const near = nearestPlaces(
      [at('far', 106.8, 10.8), at('here', 106.7, 10.76), at('next', 106.71, 10.76)],
      { lon: 106.7, lat: 10.76 },
      2,
    );
    expect(near.map(({ place }) => place.source_id)).toEqual(['here', 'next']);
    expect(near[1]?.away_m).toBeCloseTo(1_094, -1);
  });
});

describe('the table', () => {
  it('has no column that the question cannot fill', () => {
    const everybody = columnsFor(false).map(({ id }) => id);
    const group = columnsFor(true).map(({ id }) => id);
    expect(everybody).toContain('unreached');
    expect(everybody).not.toContain('quotient');
    expect(group).toContain('quotient');
    expect(group).not.toContain('certainty');
  });
});

describe('the method page', () => {
  it('explains everything in both languages, each with its weakness', () => {
    for (const words of [methodVi, methodEn]) {
      expect(Object.keys(words.entries).sort()).toEqual([...METHOD_IDS].sort());
      for (const id of METHOD_IDS) {
        expect(words.entries[id].text.length, id).toBeGreaterThan(0);
        expect(words.entries[id].weak.length, id).toBeGreaterThan(0);
        expect(words.entries[id].formula, id).toBe(methodVi.entries[id].formula);
      }
    }
  });
  it('gives the limits of the answer on show', () => {
    const live = liveValues(coverage, undefined, undefined, {
      number: (value, digits = 0) => (value == null ? '–' : value.toFixed(digits)),
      share: String,
      moment: (iso) => iso,
    });
    expect(live.class).toEqual([
      { name: 'breaks.class_density', value: '5631 · 21831' },
      { name: 'breaks.class_rate_eb', value: '– · 21.8' },
    ]);
    expect(liveValues(undefined, undefined, undefined, {} as never)).toEqual({});
  });
});
