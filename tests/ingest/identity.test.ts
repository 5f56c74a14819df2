import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LEARNER_ID_TYPES } from '../../server/contract/event.ts';
import { contentHash, createPseudonymiser, normaliseLearnerId } from '../../server/ingest/identity.ts';
import { aRow } from '../store/open-config.ts';

const pseudonymise = createPseudonymiser('a key of the test');

describe('one learner, however the id is written', () => {
  test.each([
    [
      'cccd',
      [
        '079203001234',
        ' 079203001234 ',
        '079 203 001 234',
        '079.203.001.234',
        '079-203-001-234',
        '079\u00a0203001234',
      ],
    ],
    [
      'phone',
      [
        '0903123456',
        '090 312 3456',
        '0903.123.456',
        '(090) 312-3456',
        '+84903123456',
        '+84 903 123 456',
        '84903123456',
        '0084903123456',
        '+840903123456',
        '+84 (0)903 123 456',
      ],
    ],
    ['card', ['LIB-0042a', 'lib-0042A', ' LIB-00 42A ']],
    ['local', ['Nguyễn-1', ' Nguyễn-1 ', 'Nguyễn-1'.normalize('NFD')]],
  ] as const)('%s: %j', (type, spellings) => {
    const pseudonyms = new Set(spellings.map((id) => pseudonymise(id, type, 'clc-1')));
    expect(pseudonyms.size).toBe(1);
  });

  test('different people stay different', () => {
    const different = ['0903123456', '0903123457', '84903', '0849031234', '8490312345'];
    expect(new Set(different.map((id) => pseudonymise(id, 'phone', 's'))).size).toBe(different.length);
    expect(pseudonymise('ab', 'local', 's')).not.toBe(pseudonymise('AB', 'local', 's'));
    expect(pseudonymise('lib-0042', 'card', 's')).not.toBe(pseudonymise('lib0042', 'card', 's'));
  });

  test('property: writing an id normalised changes nothing more', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.constantFrom(...LEARNER_ID_TYPES),
        (id, type) => {
          const once = normaliseLearnerId(id, type);
          // A phone keeps its one prefix stripped once: stripping again must find nothing to strip.
          expect(normaliseLearnerId(once, type)).toBe(once);
        },
      ),
      {
        examples: [
          ['+84 903 123 456', 'phone'],
          ['840840123456789', 'phone'],
          ['ß', 'card'],
        ],
      },
    );
  });
});

describe('scope', () => {
  test('local ids are one learner within their source only; the others are one learner everywhere', () => {
    expect(pseudonymise('17', 'local', 'clc-1')).not.toBe(pseudonymise('17', 'local', 'clc-2'));
    for (const type of ['cccd', 'phone', 'card'] as const)
      expect(pseudonymise('0903123456', type, 'clc-1')).toBe(pseudonymise('0903123456', type, 'bus-7'));
  });

  test('the same text as another type is another learner', () => {
    expect(new Set(LEARNER_ID_TYPES.map((type) => pseudonymise('0903123456', type, 's'))).size).toBe(4);
  });

  test('property: source and id cannot be shifted into each other', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        (a, b, c) => {
          fc.pre(normaliseLearnerId(b + c, 'local') !== normaliseLearnerId(c, 'local'));
          expect(pseudonymise(b + c, 'local', a)).not.toBe(pseudonymise(c, 'local', a + b));
        },
      ),
    );
  });

  test('another key gives another pseudonym', () => {
    expect(createPseudonymiser('another key')('17', 'card', 's')).not.toBe(pseudonymise('17', 'card', 's'));
  });

  test('it is the first 64 bits of HMAC-SHA-256, so that another implementation can link to it', () => {
    const digest = createHmac('sha256', 'a key of the test').update('cccd\x00079203001234').digest();
    expect(pseudonymise('079 203 001 234', 'cccd', 'any')).toBe(digest.readBigUInt64LE(0));
    expect(pseudonymise('x', 'local', 's')).toBeLessThan(2n ** 64n);
  });
});

describe('contentHash', () => {
  const row = aRow({ occurred_at: 1_790_000_000_000, learner: 5n, content_hash: 0n });
  test('does not see the learner, nor what the service found by itself', () => {
    for (const changes of [
      { learner: 6n },
      { learner_id_type: 'card' },
      { received_at: 1 },
      { ward: '26740' },
      { located_by: 'home' as const },
      { flags: 3 },
      { event_id: 'ffffffff-ffff-4fff-8fff-ffffffffffff' },
    ])
      expect(contentHash({ ...row, ...changes })).toBe(contentHash(row));
  });
  test.each([
    { occurred_at: 1_790_000_000_001 },
    { source: 'mobile_library' as const },
    { source_id: 'clc-2' },
    { activity: 'completed' },
    { learner_groups: 1 },
    { sex: 'f' },
    { home_ward: '26740' },
    { sent_ward: '26740' },
    { old_ward: '26740' },
    { programme: 'p' },
    { duration_min: 31 },
    { headcount: 3 },
    { lon: 106.7041 },
    { point_sent: false },
  ])('sees %j', (changes) => {
    expect(contentHash({ ...row, ...changes })).not.toBe(contentHash(row));
  });
  test('a place that was not sent but registered is not content', () => {
    const quiet = { ...row, point_sent: false };
    expect(contentHash({ ...quiet, lon: 1, lat: 2 })).toBe(contentHash(quiet));
  });
  test('is a UInt64', () => {
    const hash = contentHash(row);
    expect(hash >= 0n && hash < 2n ** 64n).toBe(true);
  });
});
