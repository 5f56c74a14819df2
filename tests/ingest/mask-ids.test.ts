import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK, maskFor } from '../../server/ingest/mask-ids.ts';

describe('a learner_id that the record gives', () => {
  test.each([
    ['079203001234', 'as it is: 079203001234.'],
    ['079203001234', 'in groups 079 203 001 234 or 079-203-001-234'],
    ['079 203 001 234', 'put together 079203001234'],
    ['079203001234', 'as a spreadsheet leaves it: 79203001234'],
    ['0901234567', '+84 901 234 567, 84901234567, 901234567'],
    ['+84901234567', '0901234567'],
    ['HV-00123', 'hv00123 and HV 00123'],
    ['Thẻ 4711/a', 'the card thẻ4711a, decomposed: Thẻ 4711/a'.normalize('NFD')],
  ])('%s is taken out of "%s", however it is spelt', (id, text) => {
    const squeeze = (s: string) =>
      s
        .normalize('NFC')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, '');
    const core = squeeze(id).replace(/^(0|84)/, '');
    for (const masked of [maskFor(id).known(text), maskFor({ wrapped: [id] }).all(text)]) {
      expect(masked).toContain(MASK);
      expect(squeeze(masked)).not.toContain(core);
    }
  });
  test('a short one is taken out where it stands alone, in free text only', () => {
    const { known, all } = maskFor('1024');
    expect(all('lớp 1024, phòng A1024')).toBe(`lớp ${MASK}, phòng A1024`);
    expect(known('clc-1024')).toBe('clc-1024');
    expect(maskFor('7').all('room 7')).toBe('room 7');
  });
  test('any id of six characters or more is gone from any text around it', () => {
    const id = fc.stringMatching(/^[A-Z0-9]{6,20}$/);
    fc.assert(
      fc.property(id, fc.string(), fc.string(), (learner, before, after) => {
        expect(maskFor(learner).known(`${before} ${learner} ${after}`)).not.toContain(learner);
      }),
    );
  });
});

describe('what looks like an id', () => {
  const { all } = maskFor(undefined);
  test.each([
    '079203001234',
    '079 203 001 234',
    '0901.23.4567',
    '090.1234567',
    '+84 90 123 4567',
    '123456789',
  ])('%s is taken out of free text', (id) => expect(all(`tuần ${id}, ok`)).toBe(`tuần ${MASK}, ok`));
  test.each([
    'lifelong-learning-week-2026',
    '2026-11-20 09:15',
    '2026-11-20T09:15:00.123456789+07:00',
    '20/11/2026 09:15:00',
    '20261120',
    '0193a3c2-6c1e-7f0a-9a43-0d6a1c2f8e11',
    'location: given 106.704123456, 10.759123456, allowed a point inside the city',
    'location: given {"lon":500,"lat":0}, allowed lon −180 to 180 and lat −90 to 90, numbers in degrees',
  ])('%s is not one', (text) => expect(all(text)).toBe(text));
});
