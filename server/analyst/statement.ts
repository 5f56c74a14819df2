import {
  FORMATS,
  KEYWORDS,
  NODE_KINDS,
  PARAMETERISED_VIEWS,
  PEOPLE_VIEWS,
  STATEMENTS,
  SYSTEM_STANDINS,
  SYSTEM_TABLES,
  TABLE_FUNCTIONS,
} from './allow.ts';
import type { AllowedFunctions } from './functions.ts';
import { sqlLiteral } from './literal.ts';
import { SqlError } from './sql-error.ts';
import { type Node, readTree } from './syntax-tree.ts';
import { cutTail, isWord, type Token, tokenize } from './tokens.ts';

/** The longest statement, bytes: what the engine's own parser takes by default. */
export const MAX_STATEMENT_BYTES = 262_144;

/** A statement that may run. */
export type Checked = {
  /** As the engine wrote it, without format and settings. */
  sql: string;
  format: string | undefined;
  /** Given behind the statement; not yet checked against their bounds. */
  settings: [name: string, value: string][];
  /** First word of the tree, e.g. `SelectWithUnionQuery`. */
  kind: string;
  /** Views of the learning database that it reads. */
  tables: string[];
  /** `{name:Type}` in it. */
  parameters: { name: string; type: string }[];
};

/** How the engine is asked about a text without running it. */
export type Parser = {
  database: string;
  functions: AllowedFunctions;
  /** The text as the engine writes it; the engine is handed it as data. Throws SqlError with the position. */
  canonical(text: string): Promise<string>;
  /** What `EXPLAIN AST` prints of a canonical statement, on a session that may only read and has these settings. */
  explain(sql: string, tail: Pick<Checked, 'format' | 'settings'>): Promise<string>;
  /** Names of all tables of the learning database. */
  tableNames(): Promise<ReadonlySet<string>>;
};

/**
 * One statement, parsed by the engine itself and held against what is allowed. The engine is first handed the text as
 * data, so that nothing in it can run, and answers with one statement without comments, heredocs or odd encodings;
 * that one is checked twice, by its words and by its tree, and that one is what runs. Throws SqlError.
 */
export async function checkStatement(
  parser: Parser,
  text: string,
  identifiers: ReadonlyMap<string, string> = new Map(),
): Promise<Checked> {
  refuseEncoding(text);
  let canonical = await parser.canonical(text);
  let tokens = tokenize(canonical);
  const filled = fillIdentifiers(canonical, tokens, identifiers);
  if (filled !== canonical) {
    canonical = await parser.canonical(filled);
    tokens = tokenize(canonical);
  }
  if (!STATEMENTS.test(canonical)) throw notReading(canonical);
  const { body: cut, format, settings } = cutTail(canonical, tokens);
  checkFormat(format);
  const { sql, tokens: words } = replaceStandIns(cut, parser.database);
  checkWords(words, parser);
  const tree = readTree(await parser.explain(sql, { format, settings }));
  const tables = await checkTree(tree, words, parser);
  return { sql, format, settings, kind: tree.kind, tables, parameters: parametersOf(words) };
}

/** Throws SqlError for a format that is not written here. */
export function checkFormat(format: string | undefined): void {
  if (format !== undefined && !(FORMATS as readonly string[]).includes(format))
    throw new SqlError(73, 'format', `Unknown format ${format.slice(0, 60)}, allowed ${FORMATS.join(', ')}`);
}

function refuseEncoding(text: string): void {
  if (Buffer.byteLength(text) > MAX_STATEMENT_BYTES)
    throw new SqlError(62, 'too_long', `the statement is longer than ${MAX_STATEMENT_BYTES} bytes`);
  if (text.trim() === '') throw new SqlError(62, 'syntax', 'Empty query');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const odd = /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/.exec(text);
  if (odd || !text.isWellFormed())
    throw new SqlError(62, 'encoding', 'the statement holds characters that are not text in UTF-8', {
      position: odd?.index,
    });
}

function notReading(canonical: string): SqlError {
  const [verb = ''] = /^\w+(?: \w+)?/.exec(canonical) ?? [];
  return new SqlError(
    164,
    'statement_kind',
    `Cannot execute "${verb}" in readonly mode: SELECT, WITH, EXPLAIN, SHOW and DESCRIBE are allowed`,
  );
}

const PARAMETER_NAME = /^[A-Za-z_]\w*$/;
const PLAIN_NAME = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*){0,2}$/u;

/** Puts names given as `{x:Identifier}` in their place, so that they are checked like any other. */
function fillIdentifiers(sql: string, tokens: readonly Token[], given: ReadonlyMap<string, string>): string {
  let filled = '';
  let at = 0;
  for (const [i, token] of tokens.entries()) {
    const [name, colon, type, close] = tokens.slice(i + 1, i + 5);
    if (token.text !== '{' || colon?.text !== ':' || type?.text !== 'Identifier' || close?.text !== '}')
      continue;
    const value = given.get(name?.text ?? '');
    if (value === undefined)
      throw new SqlError(456, 'parameter', `Substitution \`${name?.text}\` is not set`, {
        type: 'UNKNOWN_QUERY_PARAMETER',
      });
    if (!PLAIN_NAME.test(value))
      throw new SqlError(
        457,
        'parameter',
        `Parameter ${name?.text}: given ${JSON.stringify(value.slice(0, 60))}, allowed a name`,
      );
    filled +=
      sql.slice(at, token.start) +
      value
        .split('.')
        .map((part) => `\`${part}\``)
        .join('.');
    at = close.end;
  }
  return filled + sql.slice(at);
}

/** `{name:Type}` in a statement. */
function parametersOf(tokens: readonly Token[]): Checked['parameters'] {
  const found = new Map<string, string>();
  for (const [i, token] of tokens.entries()) {
    const name = tokens[i + 1];
    if (token.text !== '{' || tokens[i + 2]?.text !== ':' || !name || !PARAMETER_NAME.test(name.text))
      continue;
    const close = tokens.findIndex((other, k) => k > i && other.text === '}' && other.depth === token.depth);
    const type = tokens.slice(i + 3, close).map((part) => part.text);
    found.set(name.text, type.join('').replaceAll(',', ', '));
  }
  return [...found].map(([name, type]) => ({ name, type }));
}

/** Reads the engine's own lists through views of ours. */
function replaceStandIns(sql: string, database: string): { sql: string; tokens: Token[] } {
  const tokens = tokenize(sql);
  let replaced = '';
  let at = 0;
  for (const [i, token] of tokens.entries()) {
    const name = tokens[i + 2];
    if (token.kind === 'string' || token.text !== 'system' || tokens[i + 1]?.text !== '.' || !name) continue;
    if (tokens[i - 1]?.text === '.' || name.kind === 'string') continue;
    const standIn = Object.hasOwn(SYSTEM_STANDINS, name.text) ? SYSTEM_STANDINS[name.text] : undefined;
    if (standIn === undefined) continue;
    replaced += `${sql.slice(at, token.start)}${database}.${standIn}`;
    at = name.end;
  }
  if (at === 0) return { sql, tokens };
  const done = replaced + sql.slice(at);
  return { sql: done, tokens: tokenize(done) };
}

const isCall = (tokens: readonly Token[], i: number) =>
  tokens[i + 1]?.text === '(' && tokens[i + 1]?.kind === 'mark';

/** Every word in front of a bracket, and every function named behind APPLY, must be known to be harmless. */
function checkWords(tokens: readonly Token[], { functions }: Parser): void {
  const known = new Set<string>([...TABLE_FUNCTIONS, ...PARAMETERISED_VIEWS]);
  let braces = 0;
  for (const [i, token] of tokens.entries()) {
    // Between braces stands the type of a parameter.
    if (token.text === '{' && tokens[i + 2]?.text === ':') braces = 1;
    if (token.text === '}') braces = 0;
    if (isWord(token, 'SETTINGS') && tokens[i + 2]?.text === '=' && token.kind === 'word')
      throw new SqlError(452, 'setting', 'SETTINGS may stand at the very end of a statement only');
    if (braces === 1 || (token.kind !== 'word' && token.kind !== 'quoted')) continue;
    const named = isApplied(tokens, i) || isCall(tokens, i);
    if (!named || (token.kind === 'word' && KEYWORDS.has(token.text.toUpperCase()))) continue;
    if (!known.has(token.text) && !functions.has(token.text)) throw unknownFunction(token.text);
  }
}

/** `APPLY name` without a lambda. */
function isApplied(tokens: readonly Token[], i: number): boolean {
  if (!isWord(tokens[i - 1], 'APPLY') && !(tokens[i - 1]?.text === '(' && isWord(tokens[i - 2], 'APPLY')))
    return false;
  return !(tokens[i + 1]?.text === '-' && tokens[i + 2]?.text === '>');
}

function unknownFunction(name: string): SqlError {
  return new SqlError(
    497,
    'function',
    `Function ${name.slice(0, 80)} is not allowed here: GET /api/v1/schema lists those that are`,
  );
}

const IN_FUNCTIONS = /^(?:global)?(?:not)?(?:null)?(?:not)?in(?:ignoreset)?$/i;

/** Walks the tree; returns the views it reads. */
async function checkTree(root: Node, words: readonly Token[], parser: Parser): Promise<string[]> {
  const tables = new Set<string>();
  const doubtful = new Set<string>();
  const takeTable = (name: string) => {
    const { view, unknown } = checkTable(name, parser.database);
    if (view !== undefined) tables.add(view);
    if (unknown !== undefined) doubtful.add(unknown);
  };
  const visit = (node: Node, parent: Node | undefined): void => {
    if (!NODE_KINDS.has(node.kind)) throw notAllowed(node);
    if (node.kind === 'Set' && parent?.kind !== 'Explain')
      throw new SqlError(452, 'setting', 'SETTINGS may stand at the very end of a statement only');
    if (node.kind === 'TableIdentifier') takeTable(node.name);
    if (node.kind === 'Function') {
      if (parent?.kind === 'TableExpression') takeTableFunction(node.name, tables);
      else if (!parser.functions.has(node.name)) throw unknownFunction(node.name);
      const right = IN_FUNCTIONS.test(node.name) ? node.children[0]?.children[1] : undefined;
      if (right?.kind === 'Identifier') takeTable(right.name);
    }
    for (const child of node.children) visit(child, node);
  };
  checkRoot(root, words, takeTable);
  if (!SHOW_KINDS.has(root.kind)) {
    for (const child of root.children) {
      // FORMAT is an Identifier here, INTO OUTFILE a Literal: both were cut off before.
      if (root.kind.startsWith('Select') && (child.kind === 'Identifier' || child.kind === 'Literal'))
        throw new SqlError(497, 'into_outfile', 'the end of the statement cannot be read');
      visit(child, root);
    }
  }
  if (doubtful.size > 0) {
    const real = await parser.tableNames();
    // What is no table can only be a name that the statement itself gives; the engine says so where it does not.
    for (const name of doubtful) if (real.has(name)) throw unknownTable(name);
  }
  return [...tables];
}

/** Statements whose tree holds no more than their first word. */
const SHOW_KINDS: ReadonlySet<string> = new Set([
  'ShowTables',
  'ShowColumns',
  'ShowFunctions',
  'ShowIndexes',
  'ShowCreateTableQuery',
  'ShowCreateViewQuery',
  'ExistsTableQuery',
  'ExistsViewQuery',
]);
const ROOTS: ReadonlySet<string> = new Set([
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'Explain',
  'DescribeQuery',
  ...SHOW_KINDS,
]);

function checkRoot(root: Node, words: readonly Token[], takeTable: (name: string) => void): void {
  if (!ROOTS.has(root.kind)) throw notAllowed(root);
  if (
    root.kind === 'ShowCreateTableQuery' ||
    root.kind.startsWith('Exists') ||
    root.kind === 'ShowCreateViewQuery'
  ) {
    takeTable(namesIn(root).join('.'));
    return;
  }
  if (
    root.kind !== 'ShowTables' &&
    root.kind !== 'ShowColumns' &&
    root.kind !== 'ShowFunctions' &&
    root.kind !== 'ShowIndexes'
  )
    return;
  if (words.some((token) => token.text === '(' || isWord(token, 'SELECT')))
    throw new SqlError(
      497,
      'statement_kind',
      'SHOW takes LIKE and LIMIT here; SELECT from system.tables for more',
    );
  if (root.kind === 'ShowColumns' || root.kind === 'ShowIndexes') {
    const from = words.findIndex((token) => isWord(token, 'FROM'));
    const name = words[from + 1]?.text ?? '';
    const second = isWord(words[from + 2], 'FROM') ? `${words[from + 3]?.text}.` : '';
    const dotted = words[from + 2]?.text === '.' ? `.${words[from + 3]?.text}` : '';
    takeTable(`${second}${name}${dotted}`);
  }
}

function namesIn(node: Node): string[] {
  return node.children.filter((child) => child.kind === 'Identifier').map((child) => child.name);
}

function takeTableFunction(name: string, tables: Set<string>): void {
  if ((PARAMETERISED_VIEWS as readonly string[]).includes(name)) tables.add(name);
  else if (!(TABLE_FUNCTIONS as readonly string[]).includes(name))
    throw new SqlError(
      497,
      'table_function',
      `Table function ${name.slice(0, 80)} is not allowed: ${TABLE_FUNCTIONS.join(', ')} and coverage(…) are`,
    );
}

/** Whether a table may be read: one of the views, one of the engine's own, or a name that the statement may have made. */
function checkTable(name: string, database: string): { view?: string; unknown?: string } {
  const parts = name.split('.').map((part) => part.replace(/^`(.*)`$/, '$1'));
  const [first = '', second = ''] = parts;
  const views: readonly string[] = PEOPLE_VIEWS;
  const standIns = Object.values(SYSTEM_STANDINS);
  if (parts.length === 1) {
    if (views.includes(first)) return { view: first };
    if (!PLAIN_NAME.test(first)) throw unknownTable(name);
    return { unknown: first };
  }
  if (parts.length === 2 && first === database) {
    if (views.includes(second)) return { view: second };
    if (standIns.includes(second)) return {};
  }
  if (parts.length === 2 && first === 'system') {
    if ((SYSTEM_TABLES as readonly string[]).includes(second) || Object.hasOwn(SYSTEM_STANDINS, second))
      return {};
  }
  throw unknownTable(name);
}

function unknownTable(name: string): SqlError {
  return new SqlError(
    60,
    'table',
    `Unknown table ${sqlLiteral(name.slice(0, 80))}: there are ${[...PEOPLE_VIEWS, ...PARAMETERISED_VIEWS].join(', ')}, and of system ${[...SYSTEM_TABLES, ...Object.keys(SYSTEM_STANDINS)].join(', ')}`,
  );
}

function notAllowed({ kind }: Node): SqlError {
  return new SqlError(
    164,
    'statement_kind',
    `Cannot execute this statement (${kind}) in readonly mode: SELECT, WITH, EXPLAIN, SHOW and DESCRIBE are allowed`,
  );
}
