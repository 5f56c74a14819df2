import type { QueueLimits } from './queue.ts';
import type { QueryLimits } from './setting-limits.ts';

const GIB = 1024 ** 3;

/** What one statement may use. Two at once leave the machine's memory and its second core to events and live figures. */
export const QUERY_LIMITS: QueryLimits = {
  max_execution_time_s: 60,
  max_memory_bytes: 2 * GIB,
  max_rows_to_read: 2_000_000_000,
  max_bytes_to_read: 200 * GIB,
  max_result_rows: 20_000_000,
  max_result_bytes: 8 * GIB,
  max_threads: 2,
};

/** How many statements run and wait, and how long those of one key may run within an hour. */
export const QUEUE_LIMITS: QueueLimits = {
  running: 2,
  queued: 20,
  queued_per_key: 10,
  seconds_per_hour: 900,
};
