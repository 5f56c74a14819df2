-- The ids ever taken, with the day of the event and a finer index: nearly every look-up is for a few ids among many
-- millions, and each reads one granule. The day leads from an id to its raw row, which is sorted by day.

-- A row: one id ever taken, with the hash of its content and the day (city's zone) it happened. Without TTL: an event
-- is counted once for ever.
CREATE TABLE IF NOT EXISTS taken_ids
(
  event_id UUID,
  content_hash UInt64,
  day Date
)
ENGINE = MergeTree
ORDER BY event_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 10000;

DROP VIEW IF EXISTS event_ids_mv;

TRUNCATE TABLE taken_ids;

INSERT INTO taken_ids
SELECT event_id, content_hash, toDate(occurred_at, 'Asia/Ho_Chi_Minh') FROM events_raw WHERE sign = 1;

DROP TABLE IF EXISTS event_ids;

RENAME TABLE IF EXISTS taken_ids TO event_ids;

CREATE MATERIALIZED VIEW IF NOT EXISTS event_ids_mv TO event_ids AS
SELECT event_id, content_hash, toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day FROM events_raw WHERE sign = 1;
