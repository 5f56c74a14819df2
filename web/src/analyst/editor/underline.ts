import { withoutQuoted } from '../parameters.ts';

/** What is underlined of a text: from, to, in UTF-16 characters. */
export type Span = { from: number; to: number };

/**
 * The word at a position, else the character there; at the end of the text, or on a gap at its end, the last word: an
 * engine that misses something points behind what it read.
 */
export function spanAt(text: string, position: number): Span {
  const at = Math.max(0, Math.min(position, text.length));
  const word = /^(?:[\p{L}_][\p{L}\p{N}_]*|\p{N}+)/u.exec(text.slice(at));
  if (word) return { from: at, to: at + word[0].length };
  const before = text.slice(0, at).trimEnd();
  const rest = text.slice(at);
  if (rest.trim() === '') {
    const last = /(?:[\p{L}\p{N}_]+|.)$/u.exec(before)?.[0] ?? '';
    return { from: before.length - last.length, to: before.length };
  }
  const gap = rest.length - rest.trimStart().length;
  return { from: at + gap, to: at + gap + 1 };
}

/** A name in an engine's words: quoted, or behind what it is. */
const NAMED =
  /[`'"]([\p{L}_][\p{L}\p{N}_.]*)[`'"]|(?:[Ff]unction|[Tt]able|[Ss]etting|[Dd]atabase) ([\p{L}_][\p{L}\p{N}_.]*)/gu;

/**
 * Where an error is: as the service says; else, where the engine only names what it does not know (`nosuch`), the first
 * place of that name outside of strings and comments; null where nobody can tell.
 */
export function positionOf(
  { position, detail }: { position: number | null; detail: string },
  text: string,
): number | null {
  if (position !== null) return position;
  const code = withoutQuoted(text);
  for (const [, quoted, bare] of detail.matchAll(NAMED)) {
    const name = quoted ?? bare ?? '';
    const last = name.split('.').at(-1) ?? name;
    const found = new RegExp(`(?<![\\p{L}\\p{N}_])${last}(?![\\p{L}\\p{N}_])`, 'u').exec(code);
    if (found) return found.index;
  }
  return null;
}

/** Line and column of a position, both from 1. */
export function placeOf(text: string, position: number): { line: number; column: number } {
  const lines = text.slice(0, position).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
