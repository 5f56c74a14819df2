import { problemOfText, QueryError } from '../query-error.ts';

/** Rows shown at most; more are exported. */
export const MOST_ROWS = 100_000;
/** Text of the rows kept at most, characters: a hundred thousand long texts would be a gigabyte. */
export const MOST_CHARACTERS = 64_000_000;

const EXCEPTION = '__exception__';

/** A value as JSON has it. */
export type Cell = string | number | boolean | null | readonly Cell[] | { readonly [name: string]: Cell };
export type Row = readonly Cell[];

/** Rows of an answer as they come in: names and types with the first part, `more` when the rest was left unread. */
export type Part = { names: readonly string[]; types: readonly string[]; rows: Row[]; more: boolean };

/** Chunks of text cut at line ends; the last line needs none. Throws what broke the connection after all whole lines. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines;
      if (done) break;
    }
    if (rest !== '') yield [rest];
  } catch (error) {
    // The service cuts the connection behind the words about an error: they may stand in an unfinished line.
    if (rest !== '') yield [rest];
    throw error;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Reads JSONCompactEachRowWithNamesAndTypes as it comes: a part with every chunk, so that the first rows are there
 * before the last. Stops, and so cancels the query, when there are more rows than are kept. Throws QueryError when the
 * answer ends in an exception.
 */
export async function* readParts(
  body: ReadableStream<Uint8Array>,
  most_rows = MOST_ROWS,
  most_characters = MOST_CHARACTERS,
): AsyncGenerator<Part> {
  let names: string[] | null = null;
  let types: string[] | null = null;
  let kept = 0;
  let characters = 0;
  let exception: string[] | null = null;
  try {
    for await (const lines of linesOf(body)) {
      const rows: Row[] = [];
      let more = false;
      for (const line of lines) {
        if (exception) exception.push(line);
        else if (line.startsWith(EXCEPTION)) exception = [];
        else if (line.trim() === '') continue;
        else if (!names) names = JSON.parse(line) as string[];
        else if (!types) types = JSON.parse(line) as string[];
        else if (kept >= most_rows || characters > most_characters) more = true;
        else {
          rows.push(JSON.parse(line) as Row);
          kept += 1;
          characters += line.length;
        }
        if (more) break;
      }
      if (names && types) yield { names, types, rows, more };
      if (more) return;
    }
  } catch (error) {
    if (!exception) throw error;
  }
  if (exception) throw new QueryError(problemOfText(exception.join('\n'), 200));
}
