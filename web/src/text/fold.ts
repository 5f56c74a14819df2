const MARKS = /\p{M}/gu;
const NOT_WORD = /[^a-z0-9]+/g;

/**
 * Text as somebody types it who leaves out tone marks: lower case, no marks, `đ` as `d`, single spaces.
 * `Hoà` and `Hòa` fold alike, so where a source puts the mark does not matter.
 */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(MARKS, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(NOT_WORD, ' ')
    .trim();
}
