import { describe, expect, it } from 'vitest';
import type {
  CampaignArea,
  CampaignFigure,
  CampaignProgressed,
  Moment,
  Progress,
} from '../../../server/contract/campaign.ts';
import { areasOf, boardOf, callsOf, movedOf, paceOf } from '../../../web/src/leader/model/board.ts';
import { curveOf } from '../../../web/src/leader/model/curve.ts';
import { formatRange } from '../../../web/src/leader/model/large-numbers.ts';
import { lineWatch, QUIET_MS } from '../../../web/src/leader/model/line-watch.ts';
import { withProgress } from '../../../web/src/leader/model/live-campaign.ts';
import { niceTop, pulseShape } from '../../../web/src/leader/model/pulse-bars.ts';
import { stalenessOf } from '../../../web/src/leader/model/staleness.ts';
import { telHref } from '../../../web/src/leader/model/telephone.ts';
import { stopOf } from '../../../web/src/leader/wall/tour.ts';

const AS_OF = '2026-11-20T09:15:00+07:00';
const LATER = '2026-11-20T09:15:02+07:00';

const figure = (value: number | null, expected_now: number | null = null): CampaignFigure => ({
  ...{ value, target: 1_000, share: null, expected_now, met_at: null, projection: null },
  ...{ final_low: null, final_expected: null, final_high: null },
});

const area = (code: string, changes: Partial<CampaignArea> = {}): CampaignArea => ({
  ...{ code, events: 10, learners: 8, minutes: 450, target: 100, share: 0.1, share_low: 0.05 },
  ...{ share_high: 0.2, rank: 1, rank_last: 2, tied: true, expected_now: 20, baseline_events: 5 },
  ...{ met_at: null, ...changes },
});

const progress = (changes: Partial<Progress> = {}): Progress => ({
  ...{ as_of: AS_OF, lag_ms: 0, id: 'week', state: 'running', level: 'district', measure: 'events' },
  ...{ from: '2026-11-20T00:00:00+07:00', to: '2026-11-21T00:00:00+07:00', baseline: null },
  city: { events: figure(500, 600), learners: figure(300), minutes: figure(9_000), wards: figure(12) },
  final: { share: 0.92, share_low: 0.9, share_high: 0.94, held: 54, tried: 60 },
  pulse: { campaign_per_min: 3, activity_per_min: 5, baseline_per_min: 2.5, minutes: [], hours: [] },
  wards: { total: 168, reached: 12, not_yet: [] },
  areas: [],
  moments: [],
  ...changes,
});

const message = (changes: Partial<CampaignProgressed> = {}): CampaignProgressed => ({
  ...{ id: 'week', as_of: LATER, lag_ms: 40, full: false, city: [510, 305, 9_100, 13] },
  ...{ expected: [610, null, null, null], per_min: [4, 6, 2.5], areas: [], moments: [] },
  ...changes,
});

const moment = (id: string, at = AS_OF): Moment => ({
  ...{ id, campaign: 'week', kind: 'round', level: 'ward', area: '27265', measure: 'events', value: 100, at },
});

describe('figures on show', () => {
  it('are those of the newer of answer and message, as a whole, with its own as-of', () => {
    const live = withProgress(undefined, message(), 5);
    const newer = boardOf(progress(), live, 'events', 1);
    expect([newer.value, newer.expected_now, newer.as_of_ms, newer.told_at]).toEqual([
      510,
      610,
      Date.parse(LATER),
      5,
    ]);
    const old = withProgress(undefined, message({ as_of: '2026-11-20T09:14:59+07:00' }), 5);
    const answered = boardOf(progress(), old, 'events', 9);
    expect([answered.value, answered.expected_now, answered.as_of_ms]).toEqual([500, 600, Date.parse(AS_OF)]);
    expect(boardOf(progress(), undefined, 'learners', 9).value).toBe(300);
  });

  it('take districts from messages and add none twice; a full message forgets what it does not name', () => {
    const answer = progress({ areas: [area('760'), area('761')] });
    let live = withProgress(undefined, message({ full: true, areas: [['760', 11, 9, 500]] }), 1);
    live = withProgress(live, message({ areas: [['761', 12, 9, 500]] }), 2);
    live = withProgress(live, message({ areas: [['761', 12, 9, 500]] }), 3);
    expect(areasOf(answer, live).map(({ value }) => value)).toEqual([11, 12]);
    live = withProgress(live, message({ full: true, areas: [['761', 13, 9, 500]] }), 4);
    expect(areasOf(answer, live).map(({ value }) => value)).toEqual([10, 13]);
    expect(areasOf(progress({ level: 'ward', areas: [area('27265')] }), live)[0]?.value).toBe(10);
  });

  it('keep each moment once and no more than a wall can show, however long it runs', () => {
    let live = withProgress(undefined, message({ moments: [moment('a'), moment('b')] }), 1);
    live = withProgress(live, message({ moments: [moment('b')] }), 2);
    expect(live.moments.map(({ id }) => id)).toEqual(['a', 'b']);
    for (let at = 0; at < 500; at++) live = withProgress(live, message({ moments: [moment(`m${at}`)] }), at);
    expect(live.moments).toHaveLength(30);
    const board = boardOf(progress({ moments: [moment('m499'), moment('old')] }), live, 'events', 1);
    expect(board.moments.filter(({ id }) => id === 'm499')).toHaveLength(1);
  });

  it('stay hidden where they are hidden, and have no pace without an expectation', () => {
    const [hidden] = areasOf(
      progress({ areas: [area('760', { events: null, suppressed: true })] }),
      undefined,
    );
    expect([hidden?.value, hidden?.share, hidden?.suppressed]).toEqual([null, null, true]);
    expect(paceOf({ value: 10, expected_now: 20 })).toBe(0.5);
    expect(paceOf({ value: 10, expected_now: 0 })).toBeNull();
    expect(paceOf({ value: null, expected_now: 20 })).toBeNull();
  });

  it('say how far an area has moved only where both ranks are known', () => {
    const [now] = areasOf(progress({ areas: [area('760', { rank: 2 })] }), undefined);
    if (!now) throw new Error('no area');
    expect(movedOf(new Map([['760', 5]]), now)).toBe(3);
    expect(movedOf(new Map([['760', null]]), now)).toBeNull();
    expect(movedOf(new Map(), now)).toBeNull();
  });
});

describe('whom to call', () => {
  it('are the districts furthest behind, each with its ward furthest behind that can be called', () => {
    const districts = areasOf(
      progress({
        areas: [
          area('760', { events: 5, expected_now: 50 }),
          area('761', { events: 90, expected_now: 50 }),
          area('763', { events: 40, expected_now: 50 }),
        ],
      }),
      undefined,
    );
    const contact = { name: 'Bà Ba', telephone: '028 3822 0000' };
    const wards = progress({
      level: 'ward',
      areas: [
        area('00001', { events: 0, expected_now: 30 }),
        area('00002', { events: 4, expected_now: 20, contact }),
        area('00003', { events: 40, expected_now: 50 }),
      ],
    });
    const parents = new Map([
      ['00001', '760'],
      ['00002', '760'],
      ['00003', '763'],
    ]);
    const calls = callsOf(districts, wards, parents, 3);
    expect(calls.map(({ district, ward }) => [district.code, ward])).toEqual([
      ['760', '00002'],
      ['763', undefined],
    ]);
    expect(calls[0]?.telephone).toBe(contact.telephone);
    expect(telHref('+84 (28) 3822-0000')).toBe('tel:+842838220000');
  });
});

describe('truth on screen', () => {
  it('figures are stale from the cut until the service has told them anew', () => {
    expect(stalenessOf('lost', 100, null, 50)).toEqual({ stale: true, since: 100 });
    expect(stalenessOf('live', null, 200, 150)).toEqual({ stale: true, since: null });
    expect(stalenessOf('live', null, 200, 201)).toEqual({ stale: false, since: null });
  });

  it('a line that died without a word is dropped since the last word, and not when the service is there', async () => {
    let [now, heard, there] = [1_000_000, 1_000_000, true];
    const dropped: number[] = [];
    const look = lineWatch({
      heardAt: () => heard,
      isLive: () => true,
      isThere: async () => there,
      drop: (since) => dropped.push(since),
      now: () => now,
    });
    await look();
    now += QUIET_MS;
    await look();
    expect(dropped).toEqual([]);
    there = false;
    now += QUIET_MS - 1;
    await look();
    expect(dropped).toEqual([]);
    now += 1;
    await look();
    expect(dropped).toEqual([1_000_000 + QUIET_MS]);
    heard = now;
    await look();
    expect(dropped).toHaveLength(1);
  });
});

describe('charts and words', () => {
  it('add the hours up to now, and end where an hour is hidden', () => {
    const from = Date.parse('2026-11-20T00:00:00+07:00');
    const hour = (n: number, campaign: number | null) => ({
      ...{ t: new Date(from + n * 3_600_000).toISOString(), campaign, expected: 10 * (n + 1), baseline: 1 },
    });
    const pulse = { ...progress().pulse, hours: [hour(0, 3), hour(1, 4), hour(2, null)] };
    const now = from + 1.5 * 3_600_000;
    const curve = curveOf({ ...progress(), pulse }, now);
    expect(curve.have.map(({ value }) => value)).toEqual([0, 3, 7]);
    expect(curve.have[2]?.t).toBe(now);
    expect(curve.expected.map(({ value }) => value)).toEqual([0, 10, 20, 30]);
    const hidden = { ...pulse, hours: [hour(0, 3), hour(1, null), hour(2, 5)] };
    expect(curveOf({ ...progress(), pulse: hidden }, now + 7_200_000).have.map(({ value }) => value)).toEqual(
      [0, 3],
    );
  });

  it('draw no bar for nothing and none above the top', () => {
    const minute = (campaign: number | null) => ({ t: AS_OF, campaign, activity: campaign, baseline: null });
    const shape = pulseShape([minute(null), minute(0), minute(7)], 30, 10);
    expect(shape.top).toBe(10);
    expect(shape.own.match(/M/g)).toHaveLength(1);
    expect(shape.base).toBe('');
    expect([0, 1, 3, 21, 100, 101].map(niceTop)).toEqual([1, 1, 5, 50, 100, 200]);
  });

  it('write ranges as they are said', () => {
    expect(formatRange('vi', 102_700, 108_200)).toBe('103\u2060–\u2060108\u00a0nghìn');
    expect(formatRange('vi', 980.4, 1_050)).toBe('980\u2060–\u20601.050');
    expect(formatRange('en', 1_210_000, 1_390_000)).toBe('1.2\u2060–\u20601.4\u00a0million');
    expect(formatRange('vi', 41_100, 41_300)).toBe('41,1\u2060–\u206041,3\u00a0nghìn');
    expect(formatRange('vi', 500, 500)).toBe('500');
  });

  it('the tour comes back to the city after every third district and begins anew after the last', () => {
    expect(Array.from({ length: 10 }, (_, step) => stopOf(step, 5))).toEqual([
      null,
      0,
      1,
      2,
      null,
      3,
      4,
      0,
      null,
      1,
    ]);
    expect(stopOf(3, 0)).toBeNull();
  });
});
