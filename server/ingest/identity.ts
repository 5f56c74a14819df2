import { createHash, hash } from 'node:crypto';
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
    case 'cccd': {
      const digits = text.replace(/[\s.-]/g, '');
      // A CCCD number has 12 digits, most begin with 0, and a spreadsheet that took it for a number lost that 0.
      return /^\d{11}$/.test(digits) ? `0${digits}` : digits;
    }
    case 'phone': {
      const digits = text.replace(/[\s.()-]/g, '').replace(/^(?:\+84|0084|84(?=\d{9}$))0?/, '0');
      return /^[1-9]\d{8}$/.test(digits) ? `0${digits}` : digits;
    }
    case 'card':
      return text.replace(/\s/g, '').toUpperCase();
    case 'local':
      return text;
  }
}

/** Bytes that SHA-256 takes in one step; HMAC's key fills one. */
const BLOCK_BYTES = 64;
/** Longer than any scope and id: 128 characters, each up to 3 of 3 bytes once normalised, a source and a kind. */
const MAX_MESSAGE_BYTES = 4_096;

/**
 * A pseudonymiser keyed by `LEARNER_KEY`: the first 64 bits of HMAC-SHA-256, never 0 (0 means "no learner").
 * 64 bits keep the chance that any two of 10 million learners share a pseudonym under 1 in 300,000.
 *
 * Written as RFC 2104 has it, over one-shot hashes: `createHmac` makes an object an id and takes four times as long.
 */
export function createPseudonymiser(key: string | Buffer): Pseudonymise {
  const bytes = Buffer.from(key);
  const short = bytes.length > BLOCK_BYTES ? createHash('sha256').update(bytes).digest() : bytes;
  const inner = Buffer.alloc(BLOCK_BYTES + MAX_MESSAGE_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + SHA256_BYTES, 0x5c);
  short.forEach((byte, i) => {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  });
  return (id, type, source_id) => {
    const scope = type === 'local' ? `local\0${source_id}` : type;
    const length = inner.write(`${scope}\0${normaliseLearnerId(id, type)}`, BLOCK_BYTES);
    outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + length), 'binary'), BLOCK_BYTES, 'latin1');
    const pseudonym = firstUInt64(hash('sha256', outer, 'binary'));
    return pseudonym === 0n ? 1n : pseudonym;
  };
}

const SHA256_BYTES = 32;
const eight = new BigUint64Array(1);
const eightBytes = new Uint8Array(eight.buffer);

/** The first 8 bytes of a digest, the lowest first; `binary` text is what Node hands over fastest, a character a byte. */
function firstUInt64(digest: string): bigint {
  for (let i = 0; i < 8; i++) eightBytes[i] = digest.charCodeAt(i);
  return eight[0] as bigint;
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
  return firstUInt64(hash('sha256', text, 'binary'));
}
