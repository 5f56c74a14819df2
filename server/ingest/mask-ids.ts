/** What stands in a kept text where a learner's id was. */
export const MASK = '[…]';

/** What may stand between the characters of an id that somebody writes in groups. */
const GAP = '[\\s._/()-]*';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** `2026-11-20`, `20/11/2026`, with or without a time behind it. */
const DATE =
  '(?<!\\d)(?:(?:19|20)\\d{2}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.](?:19|20)\\d{2})(?!\\d)(?:[T ,]+\\d{1,2}[:h]\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?)?';
/** Degrees and the like; no phone: that starts with a zero. */
const DECIMAL = '(?<![\\d.+])(?:0|[1-9]\\d{0,2})\\.\\d+(?![.\\d])';
/** Nine digits or more, grouped or not: an identity card has 9 or 12, a phone or a social insurance number 10. */
const LONG_NUMBER = `\\+?\\d(?:${GAP}\\d){8,}`;
const NOT_ALPHANUMERIC = /[^\p{L}\p{N}]/gu;
const NUMBERS = new RegExp(`(${UUID}|${DATE}|${DECIMAL})|${LONG_NUMBER}`, 'gi');

/** A shorter id is masked only where it stands alone: anywhere else it is part of other words and numbers. */
const TELLING_CHARS = 6;
const LEAST_CHARS = 3;

/** Takes the ids of one record out of texts. */
export type IdMask = {
  /** A text that its field allows, without ids long enough to tell somebody by. */
  known(text: string): string;
  /**
   * A text that anybody may have typed, also without what looks like an id: numbers of nine digits or more that are
   * not part of a UUID, a date or a decimal number. A name, or an id of letters that the record does not give as its
   * `learner_id`, cannot be told from any other word and stays.
   */
  all(text: string): string;
};

/** The mask for a record with this `learner_id`, however that is wrapped: text, a number, inside lists and objects. */
export function maskFor(learner_id: unknown): IdMask {
  const ids = idsWithin(learner_id).map(coreOf);
  const telling = ids.filter(({ core }) => core.length >= TELLING_CHARS);
  const short = ids.filter(({ core }) => core.length >= LEAST_CHARS && core.length < TELLING_CHARS);
  const known = (text: string) => telling.reduce((masked, id) => without(masked, id, false), text);
  return {
    known,
    all: (text) =>
      short
        .reduce((masked, id) => without(masked, id, true), known(text))
        .replace(NUMBERS, (found, harmless) => (harmless === undefined ? MASK : found)),
  };
}

/** Nobody wraps an id deeper than this; whoever nests thousands of lists means no id. */
const DEEPEST = 8;

function idsWithin(value: unknown, depth = 0): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null || depth === DEEPEST) return [];
  return Object.values(value).flatMap((item) => idsWithin(item, depth + 1));
}

/** Letters and digits only, in lower case. */
function squeeze(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(NOT_ALPHANUMERIC, '');
}

type IdCore = { core: string; isNumber: boolean };

/** What stays the same however an id is written: no gaps, no leading zeros or country code of a number. */
function coreOf(id: string): IdCore {
  const squeezed = squeeze(id);
  const isNumber = /^\d+$/.test(squeezed);
  return { core: isNumber ? squeezed.replace(/^(?:0+|84(?=\d{9}$))/, '') : squeezed, isNumber };
}

function without(text: string, id: IdCore, alone: boolean): string {
  // To make a pattern costs a hundred times as much as this look, and hardly any text holds the id.
  if (!squeeze(text).includes(id.core)) return text;
  const gap = '[^\\p{L}\\p{N}]*';
  const spelt = [...id.core].join(gap);
  const pattern = id.isNumber ? `(?:(?:\\+?84|0+)${gap})?${spelt}` : spelt;
  const bounded = alone ? `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])` : pattern;
  return text.normalize('NFC').replace(new RegExp(bounded, 'giu'), MASK);
}
