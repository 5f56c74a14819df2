import { sha256 } from './sha256.ts';

/**
 * How many buckets learners are sorted into for their rows' ids. An id without the learner would give a row another
 * learner's id when a name is put in above it; an id made from the whole learner id could be tried out number by
 * number by anybody who reads the store. With 1,024 buckets some 80 residents of a ward share each, so an id tells
 * nobody apart, and two of a list of 30 seldom meet.
 */
const LEARNER_BUCKETS = 1024;

/** The bucket of a normalised learner id, 0 to 1,023; the same in every list, so that lists together tell no more. */
export function learnerBucket(type: string, id: string): number {
  const [high = 0, low = 0] = sha256(`learner\0${type}\0${id}`);
  return (high * 256 + low) % LEARNER_BUCKETS;
}

/** A UUID of version 8 (RFC 9562) made of what a row says and of its place among rows that say the same. */
export function rowUuid(content: readonly string[], ordinal: number): string {
  const bytes = sha256(JSON.stringify(['attendance-list-1', ...content, ordinal]));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Gives rows their place among equals. Rows without a learner are counted, so that two equal rows are two events. A
 * learner who stands there twice is one, unless the activity can well happen twice at once (two books).
 */
export function createOrdinals(): (
  content: readonly string[],
  learner: string,
  line: number,
  repeatable: boolean,
) => { ordinal: number; same_as: number | null } {
  const seen = new Map<
    string,
    { next: number; by_learner: Map<string, { ordinal: number; line: number }> }
  >();
  return (content, learner, line, repeatable) => {
    const key = content.join('\0');
    const equals = seen.get(key) ?? { next: 0, by_learner: new Map() };
    seen.set(key, equals);
    const known = learner === '' || repeatable ? undefined : equals.by_learner.get(learner);
    if (known) return { ordinal: known.ordinal, same_as: known.line };
    const ordinal = equals.next++;
    if (learner !== '') equals.by_learner.set(learner, { ordinal, line });
    return { ordinal, same_as: null };
  };
}
