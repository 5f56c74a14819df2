-- Where servers that share a store agree on the order of their batches. A batch takes the next free slot by inserting
-- its row under the slot's own token: of two inserts with one token the store keeps the first, so exactly one server
-- gets a slot, whoever else stalls, dies or comes back late. Not used by the embedded engine, which has one process.

-- A row: one batch, durable and acknowledged once it stands here. Dropped by whole partitions when all of it is done.
CREATE TABLE IF NOT EXISTS batch_log
(
  slot UInt64,
  server UUID,                               -- the process that wrote it
  token String,                              -- under which it is inserted into events_raw
  rows String,                               -- TabSeparated, columns of events_raw
  appended_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
PARTITION BY intDiv(slot, 1000)
ORDER BY slot
SETTINGS non_replicated_deduplication_window = 10000;

-- A row: one slot whose batch events_raw and every rollup hold.
CREATE TABLE IF NOT EXISTS batch_log_done
(
  slot UInt64,
  done_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
PARTITION BY intDiv(slot, 1000)
ORDER BY slot;
