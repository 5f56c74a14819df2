import { describe, expect, it } from 'vitest';
import {
  type CampaignDraft,
  checkDraft,
  EMPTY_DRAFT,
  fieldOf,
  idOf,
  inputOf,
  wholeNumber,
} from '../../../web/src/leader/campaigns/draft.ts';
import { linesOf } from '../../../web/src/leader/picture/draw-state.ts';

const GOOD: CampaignDraft = {
  ...EMPTY_DRAFT,
  id: 'tuan-le-2026',
  name_vi: 'Tuần lễ học tập suốt đời 2026',
  name_en: 'Lifelong Learning Week 2026',
  programmes: ['lifelong-learning-week-2026'],
  first_day: '2026-11-16',
  last_day: '2026-11-22',
  targets: { events: '100.000', learners: '', minutes: '', wards: '168' },
};
const NONE_TAKEN = new Set<string>();

describe('the form of a campaign', () => {
  it('takes a good one and sends it as the API has it', () => {
    expect(checkDraft(GOOD, NONE_TAKEN)).toEqual({});
    expect(inputOf(GOOD)).toMatchObject({
      targets: { events: 100_000, learners: null, minutes: null, wards: 168 },
      areas: [],
      public: false,
    });
  });

  it('names every field that is empty', () => {
    expect(checkDraft(EMPTY_DRAFT, NONE_TAKEN)).toEqual({
      id: 'required',
      name_vi: 'required',
      name_en: 'required',
      programmes: 'no_programme',
      first_day: 'day',
      last_day: 'day',
    });
  });

  it.each<[string, Partial<CampaignDraft>, Record<string, string>]>([
    ['an id with marks', { id: 'Tuần-lễ' }, { id: 'id' }],
    ['an id that exists', { id: 'week' }, { id: 'taken' }],
    ['an id that is a page', { id: 'replay' }, { id: 'reserved' }],
    ['a day that is none', { first_day: '2026-02-31' }, { first_day: 'day' }],
    ['an end before the start', { last_day: '2026-11-15' }, { last_day: 'order' }],
    [
      'a target that is no number',
      { targets: { ...GOOD.targets, minutes: 'nhiều' } },
      { 'targets.minutes': 'target' },
    ],
    ['a target of nothing', { targets: { ...GOOD.targets, events: '0' } }, { 'targets.events': 'target' }],
  ])('refuses %s', (_, patch, faults) => {
    expect(checkDraft({ ...GOOD, ...patch }, new Set(['week']))).toEqual(faults);
  });

  it('reads numbers as people write them', () => {
    expect(['1000', '1.000', '1,000', '1 000', ' 25 '].map(wholeNumber)).toEqual([
      1000, 1000, 1000, 1000, 25,
    ]);
    expect(['1.5', '-3', '1e3', '1.00', ''].map(wholeNumber)).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('makes an id of a name, and finds the field that an answer speaks of', () => {
    expect(idOf('Tuần lễ “Học tập suốt đời” Đợt 2')).toBe('tuan-le-hoc-tap-suot-doi-dot-2');
    expect(idOf('ă'.repeat(100))).toHaveLength(64);
    expect(
      ['name_vi', '/programmes/0', 'targets.wards', '/targets/events', 'body/areas'].map(fieldOf),
    ).toEqual(['name_vi', 'programmes', 'targets.wards', 'targets.events', 'areas']);
  });
});

describe('lines of the picture', () => {
  const measure = (text: string) => text.length;
  it('break between words and end in … where there is no room', () => {
    expect(linesOf(measure, 'một hai ba bốn', 8, 3)).toEqual(['một hai', 'ba bốn']);
    expect(linesOf(measure, 'một hai ba bốn năm sáu', 8, 2)).toEqual(['một hai', 'ba bốn…']);
    expect(linesOf(measure, 'dàiquádàiquá', 5, 2)).toEqual(['dàiquádàiquá']);
  });
});
