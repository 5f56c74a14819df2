import { createHmac, hash } from 'node:crypto';
import type { LearnerIdType } from '../contract/event.ts';
import type { EventRow } from '../store/event-row.ts';

/** Turns a learner's id into its pseudonym; `local` ids are unique within their source only. */
export type Pseudonymise = (id: string, type: LearnerIdType, source_id: string) => bigint;

/**
 * One spelling for every way people write the same id: a CCCD number with spaces or dots, a phone as 0… or +84…,
 * a card in lower case.
 */
export function normaliseLearnerId(id: string, type: LearnerIdType): string {
  const text = id.normalize('NFC').trim();
  switch (type) {
    case 'cccd':
      return text.replace(/[\s.-]/g, '');
    case 'phone': {
      const digits = text.replace(/[\s.()-]/g, '');
      return digits.replace(/^(?:\+84|0084|84(?=\d{9}$))0?/, '0');
    }
    case 'card':
      return text.replace(/\s/g, '').toUpperCase();
    case 'local':
      return text;
  }
}

/**
 * A pseudonymiser keyed by `LEARNER_KEY`: the first 64 bits of HMAC-SHA-256, never 0 (0 means "no learner").
 * 64 bits keep the chance that any two of 10 million learners share a pseudonym under 1 in 300,000.
 */
export function createPseudonymiser(key: string | Buffer): Pseudonymise {
  return (id, type, source_id) => {
    const scope = type === 'local' ? `local\0${source_id}` : type;
    const digest = createHmac('sha256', key)
      .update(`${scope}\0${normaliseLearnerId(id, type)}`)
      .digest();
    const pseudonym = digest.readBigUInt64LE(0);
    return pseudonym === 0n ? 1n : pseudonym;
  };
}

type Content = Pick<
  EventRow,
  | 'occurred_at'
  | 'source'
  | 'source_id'
  | 'activity'
  | 'learner_groups'
  | 'sex'
  | 'home_ward'
  | 'sent_ward'
  | 'old_ward'
  | 'programme'
  | 'duration_min'
  | 'headcount'
> & { lon: number | null; lat: number | null; point_sent: boolean };

/**
 * UInt64 that tells a resend (equal) from a conflict (same id, other content). It covers what the sender said, the
 * learner left out, and nothing the service found by itself, so a later boundary import does not change it.
 */
export function contentHash(row: Content): bigint {
  const point = row.point_sent ? `${row.lon},${row.lat}` : '';
  const text = `${row.occurred_at}|${row.source}|${row.source_id}|${row.activity}|${row.learner_groups}|${row.sex}|${row.home_ward}|${row.sent_ward}|${row.old_ward}|${point}|${row.duration_min}|${row.headcount}|${row.programme}`;
  return hash('sha256', text, 'buffer').readBigUInt64LE(0);
}
