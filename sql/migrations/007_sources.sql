-- Which sources were heard, so that listing them never scans events; a source can be taken off the register again;
-- refused records keep the order in which they were sent.

-- A row: what was heard from one source through one kind of door. A source seen under two kinds has two rows.
CREATE TABLE IF NOT EXISTS seen_sources
(
  source_id LowCardinality(String),
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')),  -- received_at of the first event
  last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC')),   -- received_at of the newest event
  events SimpleAggregateFunction(sum, Int64)                      -- events that count: withdrawn ones cancel
)
ENGINE = AggregatingMergeTree
ORDER BY (source_id, source)
SETTINGS non_replicated_deduplication_window = 10000;

-- To withdraw an event is not to hear from its source, so only rows that count move `last_seen`.
CREATE MATERIALIZED VIEW IF NOT EXISTS seen_sources_mv TO seen_sources AS
SELECT
  source_id, source,
  min(received_at) AS first_seen,
  maxIf(received_at, sign = 1) AS last_seen,
  sum(toInt64(sign)) AS events
FROM events_raw
GROUP BY source_id, source;

-- What was there before the view. Repeated after a crash it finds nothing older than what it wrote, and batches that
-- another server wrote since the view was made are left to the view.
INSERT INTO seen_sources (source_id, source, first_seen, last_seen, events)
SELECT source_id, source, min(received_at), maxIf(received_at, sign = 1), sum(toInt64(sign))
FROM events_raw
WHERE received_at < (
  SELECT if(count() = 0, toDateTime64('2100-01-01 00:00:00', 3, 'UTC'), min(first_seen)) FROM seen_sources
)
GROUP BY source_id, source;

-- A source taken off the register leaves a row that says so, which other servers read as they read a change.
ALTER TABLE sources ADD COLUMN IF NOT EXISTS removed Bool DEFAULT false;

-- Position among the records refused in one batch: they share one received_at.
ALTER TABLE rejects ADD COLUMN IF NOT EXISTS seq UInt32 DEFAULT 0;
