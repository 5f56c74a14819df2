import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../server/contract/source.ts';
import { retryAfter, waitBefore } from '../../web/src/api/retry.ts';
import { askedOf, parseFilters, writeFilters } from '../../web/src/rejects/filters.ts';
import { addressOf, screenOf } from '../../web/src/shell/screens.ts';
import { checkDraft, draftOf, EMPTY_DRAFT, inputOf } from '../../web/src/sources/draft.ts';
import { DEFAULT_VIEW } from '../../web/src/url-state.ts';
import { NOTHING_GIVEN } from '../helper/place.ts';

describe('the screens', () => {
  it('are told by their path, and the planner keeps its view while another is open', () => {
    expect(['/', '/upload', '/rejects', '/sources', '/else'].map(screenOf)).toEqual([
      'planner',
      'upload',
      'rejects',
      'sources',
      'planner',
    ]);
    const view = { ...DEFAULT_VIEW, area: '27265', lang: 'en' as const };
    expect(addressOf('planner', view)).toBe('/?area=27265&lang=en');
    expect(addressOf('upload', view)).toBe('/upload?lang=en');
  });
});

describe('the filters of refused rows', () => {
  it('live in the address, beside language and theme', () => {
    const filters = parseFilters('?lang=en&source=clc-1&reason=bad_time&from=2026-11-01&to=2026-11-20');
    expect(filters).toEqual({ source: 'clc-1', reason: 'bad_time', from: '2026-11-01', to: '2026-11-20' });
    expect(writeFilters('?lang=en&source=x', { ...filters, reason: '', source: '' })).toBe(
      '?lang=en&from=2026-11-01&to=2026-11-20',
    );
    expect(parseFilters('?reason=nonsense&from=2026-02-31')).toEqual({
      source: '',
      reason: '',
      from: '',
      to: '',
    });
  });
  it('ask for whole days of the city', () => {
    expect(askedOf({ source: '', reason: '', from: '2026-11-01', to: '2026-11-20' })).toEqual({
      source: null,
      reason: null,
      from: '2026-11-01T00:00:00+07:00',
      to: '2026-11-21T00:00:00+07:00',
    });
  });
});

describe('a place that is typed', () => {
  const good = { ...EMPTY_DRAFT, source_id: 'clc-1', name: 'Trung tâm' };
  it('is checked field by field', () => {
    const wards = new Set(['27265']);
    expect(checkDraft(good, new Set(), wards)).toEqual({});
    expect(
      checkDraft(
        { ...good, source_id: 'có dấu', name: ' ', lon: '500', ward: '1', seats: '1.5', computers: '-1' },
        new Set(),
        wards,
      ),
    ).toEqual({
      source_id: 'source_id',
      name: 'required',
      lon: 'lon',
      lat: 'pair',
      ward: 'ward',
      seats: 'count',
      computers: 'count',
    });
    expect(checkDraft(good, new Set(['clc-1']), wards)).toEqual({ source_id: 'taken' });
  });
  it('becomes what the service takes, its source by its kind', () => {
    expect(
      inputOf({ ...good, kind: 'vehicle', lon: '106,7', lat: '10.7', seats: '30', internet: 'no' }),
    ).toEqual({
      source: 'mobile_library',
      name: 'Trung tâm',
      kind: 'vehicle',
      lon: 106.7,
      lat: 10.7,
      ward: null,
      seats: 30,
      hours: null,
      computers: null,
      internet: false,
    });
  });
  it('that events named and nobody registered waits for its name', () => {
    const seen = {
      source_id: 'x-1',
      name: 'x-1',
      kind: 'centre',
      ...NOTHING_GIVEN,
      registered: false,
    } as SourceRecord;
    expect(draftOf(seen)).toEqual({ ...EMPTY_DRAFT, source_id: 'x-1' });
    expect(draftOf({ ...seen, name: 'X', registered: true, internet: true }).name).toBe('X');
  });
});

describe('a refused request', () => {
  it('is sent again only when that makes sense, and when the service says', () => {
    const now = Date.parse('2026-11-20T00:00:00Z');
    expect(retryAfter('7', now)).toBe(7_000);
    expect(retryAfter('Fri, 20 Nov 2026 00:00:30 GMT', now)).toBe(30_000);
    expect([retryAfter(null, now), retryAfter('soon', now)]).toEqual([null, null]);
    expect(waitBefore(503, 7_000)).toBe(7_000);
    expect(waitBefore(0, null)).toBe(0);
    for (const status of [400, 401, 403, 413, 415]) expect(waitBefore(status, null)).toBeNull();
  });
});
