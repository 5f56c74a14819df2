import { fold } from '../text/fold.ts';

/** Something that can be looked for: its names, folded once. */
export type Findable = { code: string; name: string; words: string; plain: string };

/** `names` in any language or with its district; `plain` is the short name, which counts most. */
export function findable(code: string, name: string, plain: string, names: readonly string[]): Findable {
  return { code, name, plain: fold(plain), words: ` ${fold([name, ...names].join(' '))}` };
}

/**
 * What matches a query typed with or without tone marks, in any case: every word typed must begin a word of the
 * names. Best first: the short name itself, then names that begin with the query, then the rest.
 */
export function find(all: readonly Findable[], query: string, limit = 8): Findable[] {
  const wanted = fold(query);
  if (!wanted) return [];
  const words = wanted.split(' ');
  const score = (one: Findable) => (one.plain === wanted ? 0 : one.plain.startsWith(wanted) ? 1 : 2);
  return all
    .filter((one) => words.every((word) => one.words.includes(` ${word}`)))
    .sort((a, b) => score(a) - score(b) || (a.plain < b.plain ? -1 : 1))
    .slice(0, limit);
}
