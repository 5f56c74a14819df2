import { SqlError } from './sql-error.ts';

/** One token of a statement that the engine itself wrote: no comments, no heredocs, one statement. */
export type Token = {
  kind: 'word' | 'quoted' | 'string' | 'number' | 'mark';
  /** As it stands; of a quoted name what is between the quotes. */
  text: string;
  /** Offset of its first character and behind its last. */
  start: number;
  end: number;
  /** Brackets around it. */
  depth: number;
};

const TOKEN =
  /(\s+)|('(?:[^'\\]|\\[\s\S]|'')*')|(`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*")|([\p{L}_][\p{L}\p{N}_$]*)|(\d[\d.a-zA-Z_]*)|([-+*/%=<>!?:.,()[\]{}|@^&~])/uy;

const OPENING = '([{';
const CLOSING = ')]}';

/** The tokens of a canonical statement. Throws SqlError for anything that such a statement cannot hold, `;` among it. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  TOKEN.lastIndex = 0;
  for (let start = 0; start < sql.length; start = TOKEN.lastIndex) {
    const match = TOKEN.exec(sql);
    if (!match) throw new SqlError(62, 'syntax', `unexpected "${sql[start]}" in the statement`);
    const [text, space, string, quoted, word, number] = match;
    if (space !== undefined) continue;
    if (CLOSING.includes(text)) depth--;
    const kind = string
      ? 'string'
      : quoted
        ? 'quoted'
        : word
          ? 'word'
          : number
            ? 'number'
            : ('mark' as const);
    tokens.push({
      kind,
      text: kind === 'quoted' ? text.slice(1, -1) : text,
      start,
      end: TOKEN.lastIndex,
      depth,
    });
    if (OPENING.includes(text)) depth++;
  }
  return tokens;
}

/** Whether a token is this keyword. */
export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase());
}

/** What stands behind a statement: how its result is written, and settings. */
export type Tail = {
  /** The statement without them. */
  body: string;
  format: string | undefined;
  settings: [name: string, value: string][];
};

/**
 * Takes `FORMAT name` and `SETTINGS name = value, …` off the end of a canonical statement. Throws SqlError for
 * INTO OUTFILE. What is left is parsed anew, so that a clause that was missed shows there.
 */
export function cutTail(sql: string, tokens: readonly Token[]): Tail {
  const outfile = tokens.findIndex(
    (token, i) => isWord(token, 'INTO') && isWord(tokens[i + 1], 'OUTFILE') && token.depth === 0,
  );
  if (outfile >= 0)
    throw new SqlError(
      497,
      'into_outfile',
      'INTO OUTFILE writes a file on the server: take the answer itself',
    );
  for (const [i, token] of tokens.entries()) {
    if (token.depth !== 0 || !isWord(token, 'FORMAT', 'SETTINGS')) continue;
    const tail = readTail(tokens.slice(i));
    if (tail) return { body: sql.slice(0, token.start).trimEnd(), ...tail };
  }
  return { body: sql, format: undefined, settings: [] };
}

function readTail(tokens: readonly Token[]): Omit<Tail, 'body'> | undefined {
  let format: string | undefined;
  const settings: [string, string][] = [];
  let at = 0;
  while (at < tokens.length) {
    if (isWord(tokens[at], 'FORMAT') && format === undefined) {
      const name = tokens[at + 1];
      if (name?.kind !== 'word' && name?.kind !== 'quoted') return undefined;
      format = name.text;
      at += 2;
      continue;
    }
    if (!isWord(tokens[at], 'SETTINGS')) return undefined;
    do {
      const name = tokens[at + 1];
      const sign = tokens[at + 3]?.text === '-' ? '-' : '';
      const value = tokens[at + 3 + sign.length];
      if (name?.kind !== 'word' || tokens[at + 2]?.text !== '=' || !value) return undefined;
      if (value.kind === 'string') settings.push([name.text, textOfLiteral(value.text)]);
      else if (value.kind === 'number' || value.kind === 'word')
        settings.push([name.text, sign + value.text]);
      else return undefined;
      at += 4 + sign.length;
    } while (tokens[at]?.text === ',');
  }
  return { format, settings };
}

/** The text of a canonical string literal. */
function textOfLiteral(literal: string): string {
  const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  return literal
    .slice(1, -1)
    .replace(/\\([\s\S])|''/g, (_, char?: string) => (char ? (plain[char] ?? char) : "'"));
}
