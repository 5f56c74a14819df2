-- Events that were withdrawn. A withdrawn event stays in `events_raw` beside an equal row of sign -1: sums over both are
-- nothing. A distinct count and a latest home cannot be undone by a row, so what is kept per learner is told by the rows
-- that count alone, and written anew from raw rows when one of them is withdrawn (server/ingest/void.ts).

-- A row: one event withdrawn, and why; kept for the audit, without its learner. The first of two rows about one event
-- stands. The row comes before anything else is done, so one without its row of sign -1 tells of a void cut off half-way.
CREATE TABLE IF NOT EXISTS event_voids
(
  event_id UUID,
  day Date,                                  -- of the event, in the city's zone: leads to its raw rows
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  source_id LowCardinality(String),
  reason String,
  key_id String,                             -- whose key withdrew it
  voided_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (event_id, voided_at);

-- In one step, so that no batch of another server falls between an old view and a new one.
ALTER TABLE learner_daily_mv MODIFY QUERY
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  toUInt32OrZero(ward) AS ward_code,
  source, learner_groups, programme, learner,
  toInt32(1) AS events,
  toInt32(activity != 'registered') AS active,
  toInt32(headcount) AS headcount,
  toInt32(duration_min) AS minutes,
  if(home_code = 0, 0, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code) AS home_key
FROM events_raw
WHERE learner != 0 AND sign = 1;
