import { SqlError } from './sql-error.ts';

/** What a caller may set: a range of whole numbers, some words, or any short text without control characters. */
type Allowed = { min: number; max: number } | { words: readonly string[] } | { text: number };

const SWITCH: Allowed = { words: ['0', '1', 'true', 'false'] };
const OVERFLOW: Allowed = { words: ['throw', 'break'] };

/** Limits of every statement. Those that a caller may lower are in ALLOWED_SETTINGS under the same name. */
export type QueryLimits = {
  max_execution_time_s: number;
  max_memory_bytes: number;
  max_rows_to_read: number;
  max_bytes_to_read: number;
  max_result_rows: number;
  max_result_bytes: number;
  max_threads: number;
};

/** Settings that a caller may give, in the URL or behind the statement, within these bounds. */
export function allowedSettings(limits: QueryLimits): Record<string, Allowed> {
  return {
    max_execution_time: { min: 1, max: limits.max_execution_time_s },
    max_memory_usage: { min: 1, max: limits.max_memory_bytes },
    max_rows_to_read: { min: 1, max: limits.max_rows_to_read },
    max_bytes_to_read: { min: 1, max: limits.max_bytes_to_read },
    max_result_rows: { min: 1, max: limits.max_result_rows },
    max_result_bytes: { min: 1, max: limits.max_result_bytes },
    max_threads: { min: 1, max: limits.max_threads },
    max_block_size: { min: 1, max: 65_505 },
    limit: { min: 0, max: 1e15 },
    offset: { min: 0, max: 1e15 },
    result_overflow_mode: OVERFLOW,
    read_overflow_mode: OVERFLOW,
    timeout_overflow_mode: OVERFLOW,
    extremes: SWITCH,
    join_use_nulls: SWITCH,
    union_default_mode: { words: ['', 'ALL', 'DISTINCT'] },
    any_join_distinct_right_table_keys: SWITCH,
    group_by_use_nulls: SWITCH,
    prefer_column_name_to_alias: SWITCH,
    optimize_read_in_order: SWITCH,
    optimize_move_to_prewhere: SWITCH,
    enable_analyzer: { words: ['1'] },
    allow_experimental_analyzer: { words: ['1'] },
    date_time_output_format: { words: ['simple', 'iso', 'unix_timestamp'] },
    date_time_input_format: { words: ['basic', 'best_effort', 'best_effort_us'] },
    session_timezone: { text: 40 },
    format_csv_delimiter: { text: 1 },
    format_csv_null_representation: { text: 20 },
    format_tsv_null_representation: { text: 20 },
    output_format_arrow_compression_method: { words: ['none', 'lz4_frame', 'zstd'] },
    output_format_arrow_string_as_string: SWITCH,
    output_format_csv_crlf_end_of_line: SWITCH,
    output_format_decimal_trailing_zeros: SWITCH,
    output_format_json_array_of_rows: SWITCH,
    output_format_json_escape_forward_slashes: SWITCH,
    output_format_json_map_as_array_of_tuples: SWITCH,
    output_format_json_named_tuples_as_objects: SWITCH,
    output_format_json_quote_64bit_floats: SWITCH,
    output_format_json_quote_64bit_integers: SWITCH,
    output_format_json_quote_decimals: SWITCH,
    output_format_json_quote_denormals: SWITCH,
    output_format_json_validate_utf8: SWITCH,
    output_format_native_write_json_as_string: SWITCH,
    output_format_binary_write_json_as_string: SWITCH,
    output_format_parquet_compression_method: { words: ['none', 'snappy', 'lz4', 'gzip', 'zstd'] },
    output_format_parquet_row_group_size: { min: 1_000, max: 1_000_000 },
    output_format_parquet_string_as_string: SWITCH,
    output_format_pretty_color: { words: ['0', '1', 'auto'] },
    output_format_pretty_max_rows: { min: 1, max: 1_000_000 },
    output_format_pretty_row_numbers: SWITCH,
    output_format_tsv_crlf_end_of_line: SWITCH,
    output_format_write_statistics: SWITCH,
  };
}

/** Settings that tools send and that change nothing here: taken and left aside. */
export const IGNORED_SETTINGS: ReadonlySet<string> = new Set([
  'readonly',
  'log_queries',
  'log_comment',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_response_buffer_size',
  'http_write_exception_in_output_format',
  'cancel_http_readonly_queries_on_client_close',
  'http_zlib_compression_level',
  'enable_http_compression',
  'wait_end_of_query',
  'buffer_size',
  'send_timeout',
  'receive_timeout',
  'connect_timeout',
  'use_query_cache',
  'async_insert',
  'wait_for_async_insert',
  'mutations_sync',
]);

/** A setting as it is set on the session; undefined when it is left aside. Throws SqlError naming it and what is allowed. */
export function checkSetting(name: string, value: string, limits: QueryLimits): string | undefined {
  const allowed = allowedSettings(limits)[name];
  if (!allowed) {
    if (IGNORED_SETTINGS.has(name)) return undefined;
    throw new SqlError(452, 'setting', `Setting ${name.slice(0, 60)} may not be changed here`);
  }
  if ('words' in allowed) {
    if (allowed.words.includes(value)) return value;
    throw wrong(name, value, allowed.words.join(', '));
  }
  if ('text' in allowed) {
    if (value.length <= allowed.text && !/[\p{Cc}'\\]/u.test(value)) return value;
    throw wrong(name, value, `a text of at most ${allowed.text} characters`);
  }
  const number = Number(value);
  // 0 means "no limit" to the engine.
  if (/^\d+(\.\d*)?$/.test(value) && number >= allowed.min && number <= allowed.max) return value;
  throw wrong(name, value, `${allowed.min} to ${allowed.max}`);
}

/** How an allowed value is described to people. */
export function describeAllowed(allowed: Allowed): string {
  if ('words' in allowed) return allowed.words.join(', ');
  return 'text' in allowed ? `at most ${allowed.text} characters` : `${allowed.min} to ${allowed.max}`;
}

function wrong(name: string, value: string, allowed: string): SqlError {
  return new SqlError(
    452,
    'setting',
    `Setting ${name}: given ${JSON.stringify(value.slice(0, 60))}, allowed ${allowed}`,
  );
}
