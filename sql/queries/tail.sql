-- A row: one event received after a time, oldest first, with what live readers need of it. A batch is never cut in
-- two: its rows share one received_at, and what is read next starts after it.
SELECT
  toUnixTimestamp64Milli(received_at) AS received_ms,
  toString(event_id) AS event_id,
  toUnixTimestamp64Milli(occurred_at) AS occurred_ms,
  toUInt8(source) AS source,
  source_id,
  toString(learner) AS learner,
  active, ward, lon, lat, duration_min, headcount, sign
FROM event_tail
WHERE received_at > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
ORDER BY received_at
LIMIT {limit:UInt32} WITH TIES
