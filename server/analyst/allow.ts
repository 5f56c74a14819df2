/**
 * What a statement may be made of. Lists of what is allowed, never of what is not: what a newer engine brings is refused
 * until it stands here.
 */

/** Views of the learning database that an analyst reads. */
export const PEOPLE_VIEWS = [
  'events',
  'activity_hourly',
  'activity_daily',
  'ingest_hourly',
  'wards',
  'districts',
  'crosswalk',
  'residents_grid',
  'sources',
  'vehicle_positions',
  'rejects',
] as const;

/** Views that take parameters, read as coverage(from = '…', …). */
export const PARAMETERISED_VIEWS = ['coverage'] as const;

/** Tables of the engine's own that tools ask for and that hold no secret. */
export const SYSTEM_TABLES = [
  'one',
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'columns',
  'functions',
  'settings',
  'formats',
  'data_type_families',
  'aggregate_function_combinators',
  'table_functions',
  'table_engines',
  'keywords',
  'collations',
  'time_zones',
  'contributors',
] as const;

/** Tables of the engine's own that are read through a view of ours, without the folders on the machine. */
export const SYSTEM_STANDINS: Readonly<Record<string, string>> = {
  tables: 'system_tables',
  databases: 'system_databases',
};

/** Table functions that make rows out of nothing. */
export const TABLE_FUNCTIONS = [
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'generate_series',
  'generateSeries',
  'generateRandom',
  'values',
  'null',
] as const;

/** Kinds of functions (`categories` of `system.functions`) that compute from their arguments alone. */
export const FUNCTION_CATEGORIES: ReadonlySet<string> = new Set([
  'Aggregate Functions',
  'Arithmetic',
  'Arrays',
  'Bit',
  'Bitmap',
  'Comparison',
  'Conditional',
  'Dates and Times',
  'Distance',
  'Encoding',
  'Encryption',
  'Financial',
  'Geo',
  'Geo Polygon',
  'Hash',
  'IP Address',
  'JSON',
  'Logical',
  'Map',
  'Mathematical',
  'Null',
  'NumericIndexedVector',
  'Random Number',
  'Rounding',
  'String',
  'String Replacement',
  'String Search',
  'String Splitting',
  'Time Window',
  'Tuple',
  'Type Conversion',
  'UUID',
  'URL',
]);

/** Functions of other kinds that do so too. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set(
  `_CAST FORMAT_BYTES bar byteSize blockNumber blockSize colorOKLABToSRGB colorOKLCHToSRGB colorSRGBToOKLAB colorSRGBToOKLCH
   countDigits digits currentDatabase current_database DATABASE SCHEMA currentSchemas current_schemas currentUser
   current_user user caseWithExpression caseWithExpr defaultValueOfArgumentType defaultValueOfTypeName dumpColumnStructure
   finalizeAggregation flipCoordinates formatReadableDecimalSize formatReadableQuantity formatReadableSize
   formatReadableTimeDelta formatQuery formatQueryOrNull formatQuerySingleLine formatQuerySingleLineOrNull
   getSizeOfEnumType getSubcolumn identity ignore indexHint initializeAggregation isConstant isDecimalOverflow
   lowCardinalityIndices lowCardinalityKeys materialize minSampleSizeContinous minSampleSizeContinuous
   minSampleSizeConversion neighbor nested normalizeQuery normalizeQueryKeepNames normalizedQueryHash
   normalizedQueryHashKeepNames parseReadableSize parseReadableSizeOrNull parseReadableSizeOrZero parseTimeDelta
   rowNumberInAllBlocks rowNumberInBlock runningAccumulate runningDifference runningDifferenceStartingWithFirstValue
   seriesDecomposeSTL seriesOutliersDetectTukey timeSeriesRange timeSeriesFromGrid throwIf toColumnTypeName toTypeName
   transform variantElement variantType version visibleWidth grouping`.split(/\s+/),
);

/** Of allowed kinds, and yet not taken: they tell of the machine, or read what is not the caller's. */
export const FUNCTION_EXCEPTIONS: ReadonlySet<string> = new Set([
  'flameGraph',
  'aggThrow',
  'naiveBayesNgrams',
]);

/** Endings that change what an aggregate function does; ClickHouse, aggregate function combinators. */
export const COMBINATORS = [
  'SimpleState',
  'MergeState',
  'OrDefault',
  'ArgMax',
  'ArgMin',
  'Distinct',
  'ForEach',
  'OrNull',
  'Resample',
  'Array',
  'Merge',
  'State',
  'Null',
  'Map',
  'If',
] as const;

/** Formats that answers are written in; those that need a schema file or speak a server's protocol are not among them. */
export const FORMATS = [
  'Arrow',
  'ArrowStream',
  'Avro',
  'BSONEachRow',
  'CSV',
  'CSVWithNames',
  'CSVWithNamesAndTypes',
  'GeoJSON',
  'JSON',
  'JSONColumns',
  'JSONColumnsWithMetadata',
  'JSONCompact',
  'JSONCompactColumns',
  'JSONCompactEachRow',
  'JSONCompactEachRowWithNames',
  'JSONCompactEachRowWithNamesAndTypes',
  'JSONCompactEachRowWithProgress',
  'JSONCompactStrings',
  'JSONCompactStringsEachRow',
  'JSONCompactStringsEachRowWithNames',
  'JSONCompactStringsEachRowWithNamesAndTypes',
  'JSONEachRow',
  'JSONEachRowWithProgress',
  'JSONLines',
  'JSONObjectEachRow',
  'JSONStrings',
  'JSONStringsEachRow',
  'LineAsString',
  'MD',
  'Markdown',
  'MsgPack',
  'NDJSON',
  'Native',
  'Npy',
  'Null',
  'ORC',
  'Parquet',
  'Pretty',
  'PrettyCompact',
  'PrettyCompactMonoBlock',
  'PrettyJSONEachRow',
  'PrettyNDJSON',
  'PrettyMonoBlock',
  'PrettyNoEscapes',
  'PrettySpace',
  'RawBLOB',
  'RowBinary',
  'RowBinaryWithNames',
  'RowBinaryWithNamesAndTypes',
  'SQLInsert',
  'TabSeparated',
  'TabSeparatedRaw',
  'TabSeparatedRawWithNames',
  'TabSeparatedRawWithNamesAndTypes',
  'TabSeparatedWithNames',
  'TabSeparatedWithNamesAndTypes',
  'TSKV',
  'TSV',
  'TSVRaw',
  'TSVRawWithNames',
  'TSVWithNames',
  'TSVWithNamesAndTypes',
  'Values',
  'Vertical',
  'XML',
] as const;

/** Nodes of a syntax tree that a reading statement is made of. */
export const NODE_KINDS: ReadonlySet<string> = new Set([
  'ArrayJoin',
  'Asterisk',
  'ColumnsApplyTransformer',
  'ColumnsExceptTransformer',
  'ColumnsListMatcher',
  'ColumnsRegexpMatcher',
  'ColumnsReplaceTransformer',
  'ColumnsTransformerList',
  'ExpressionList',
  'Explain',
  'Function',
  'Identifier',
  'InterpolateElement',
  'Literal',
  'OrderByElement',
  'QualifiedAsterisk',
  'QualifiedColumnsListMatcher',
  'QualifiedColumnsRegexpMatcher',
  'SampleRatio',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'SelectWithUnionQuery',
  'Set',
  'StorageOrderByElement',
  'Subquery',
  'TableExpression',
  'TableIdentifier',
  'TableJoin',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'WindowDefinition',
  'WindowListElement',
  'WithElement',
]);

/** Keywords that a bracket may follow in a canonical statement. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `ALL AND ANTI ANY APPLY ARRAY AS ASC BETWEEN BY CASE COLUMNS CREATE CROSS CUBE DESC DESCRIBE DISTINCT ELSE EXCEPT EXISTS
   EXPLAIN FILL FINAL FROM FULL GLOBAL GROUPING HAVING ILIKE IN INNER INTERPOLATE INTERSECT INTO IS JOIN LEFT LIKE LIMIT
   MATERIALIZED NOT NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PREWHERE QUALIFY RANGE RECURSIVE REPLACE RIGHT ROLLUP
   ROWS SAMPLE SELECT SEMI SETS STEP TABLE THEN TO TREE UNION USING VALUES WHEN WHERE WINDOW WITH PLAN PIPELINE SYNTAX
   AST QUERY ESTIMATE DIV MOD XOR EXTRACT INTERVAL PASTE ASOF`.split(/\s+/),
);

/** First words of statements that may run. */
export const STATEMENTS =
  /^(?:SELECT|WITH|\(|EXPLAIN|DESCRIBE|EXISTS TABLE|EXISTS VIEW|SHOW (?:FULL |EXTENDED )*(?:TABLES|DATABASES|COLUMNS|FUNCTIONS|SETTINGS|INDEXES|INDEX|KEYS)\b|SHOW CREATE (?:TABLE|VIEW))/i;
