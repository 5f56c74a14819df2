import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { SQLDialect, type SQLNamespace, sql } from '@codemirror/lang-sql';
import type { LanguageSupport } from '@codemirror/language';
import type { Lang } from '../../text/format.ts';
import type { Schema } from '../types.ts';

/** Words of ClickHouse's SELECT, EXPLAIN, SHOW and DESCRIBE. */
const KEYWORDS =
  'all and anti any array as asc asof between by case cast columns cross cube describe desc distinct else end ' +
  'estimate except exists explain extract false fill final first following for format from full global group ' +
  'grouping having ignore ilike in inner intersect interval into is join last lateral left like limit materialized ' +
  'not null nulls offset on or order outer over paste partition pipeline plan preceding prewhere qualify range ' +
  'recursive replace respect right rollup row rows sample select semi sets settings show step syntax table tables ' +
  'then ties to totals tree true unbounded union using view when where window with';
const TYPES =
  'int8 int16 int32 int64 int128 int256 uint8 uint16 uint32 uint64 uint128 uint256 float32 float64 bfloat16 decimal ' +
  'decimal32 decimal64 decimal128 bool string fixedstring uuid date date32 datetime datetime64 enum8 enum16 nullable ' +
  'lowcardinality tuple map nested point ring polygon multipolygon ipv4 ipv6 json dynamic variant';

/** ClickHouse's SQL with the functions that the schema allows. */
export function clickhouseDialect(schema: Schema | undefined): SQLDialect {
  const keywords = new Set(KEYWORDS.split(' '));
  const functions = [...(schema?.functions ?? []), ...(schema?.table_functions ?? [])];
  return SQLDialect.define({
    keywords: KEYWORDS,
    types: TYPES,
    // Words are looked up in lower case; completion gives them back as the engine spells them.
    // `and`, `in` and their like are functions as well: they stay keywords.
    builtin: functions
      .map((name) => name.toLowerCase())
      .filter((name) => !keywords.has(name))
      .join(' '),
    backslashEscapes: true,
    hashComments: true,
    identifierQuotes: '`"',
    caseInsensitiveIdentifiers: true,
    operatorChars: '*+-%<>!=&|~^/?:',
  });
}

const comment = (lang: Lang, of: { comment_vi: string; comment_en: string }) =>
  lang === 'vi' ? of.comment_vi : of.comment_en;

function columnCompletions(schema: Schema, lang: Lang, table: Schema['tables'][number]): Completion[] {
  return table.columns.map((column) => ({
    label: column.name,
    type: 'property',
    detail: column.type,
    info: comment(lang, column),
    boost: schema.tables.length,
  }));
}

/** Tables and, after `table.` or an alias, columns. */
function namespace(schema: Schema, lang: Lang): SQLNamespace {
  const tables = schema.tables.map((table) => [
    table.name,
    {
      self: { label: table.name, type: 'class', info: comment(lang, table) } satisfies Completion,
      children: columnCompletions(schema, lang, table),
    },
  ]);
  return Object.fromEntries(tables) as SQLNamespace;
}

const WORD = /[A-Za-z_]\w*/g;

/** Columns of the views that the text names, and functions as the engine spells them. */
export function wordCompletions(schema: Schema, lang: Lang): CompletionSource {
  const functions: Completion[] = schema.functions.map((label) => ({
    label,
    type: 'function',
    apply: `${label}(`,
    boost: -1,
  }));
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[A-Za-z_]\w*/);
    if (!word && !context.explicit) return null;
    const before = context.state.sliceDoc(0, word?.from ?? context.pos);
    // Behind a dot columns of that table are offered by the dialect.
    if (/[.{]\s*$/.test(before)) return null;
    const named = new Set(context.state.doc.toString().match(WORD) ?? []);
    const columns = schema.tables
      .filter(({ name }) => named.has(name))
      .flatMap((table) => columnCompletions(schema, lang, table));
    const once = new Map(columns.map((column) => [column.label, column]));
    return {
      from: word?.from ?? context.pos,
      options: [...once.values(), ...functions],
      validFor: /^\w*$/,
    };
  };
}

/** The language of the editor: colours, and completion from the schema once it is there. */
export function clickhouseLanguage(schema: Schema | undefined, lang: Lang): LanguageSupport {
  const dialect = clickhouseDialect(schema);
  return sql({
    dialect,
    upperCaseKeywords: true,
    ...(schema ? { schema: namespace(schema, lang) } : {}),
    // Functions are offered by wordCompletions, in their own spelling.
    keywordCompletion: (label, type) => ({
      label: type === 'type' || type === 'keyword' ? label : label.toLowerCase(),
      type,
      boost: type === 'keyword' ? 0 : -99,
    }),
  });
}
