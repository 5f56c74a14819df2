-- A row: one event of the city's days from `from_ms` to `to_ms`, or of any day under one of `programmes`, received after a
-- time, oldest first, with what live readers need of it (a point of another day lights up nowhere, so it has none); or,
-- with sign 0, that other events of some other day were received, which counts nowhere live but makes kept answers old. A batch is never cut in two: its rows share one received_at, and what is read next starts after it.
WITH
  fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC') AS after,
  fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AS day_from,
  fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AS day_to,
  occurred_at >= day_from AND occurred_at < day_to AS of_today
SELECT * FROM
(
  SELECT
    toUnixTimestamp64Milli(received_at) AS received_ms,
    toString(event_id) AS event_id,
    toUnixTimestamp64Milli(occurred_at) AS occurred_ms,
    toUInt8(source) AS source,
    toString(source_id) AS source_id,
    toString(learner) AS learner,
    active,
    toString(ward) AS ward,
    if(of_today, lon, NULL) AS lon,
    if(of_today, lat, NULL) AS lat,
    duration_min, headcount, sign,
    toString(programme) AS programme
  FROM event_tail
  WHERE received_at > after AND (of_today OR programme IN {programmes:Array(String)})
  UNION ALL
  SELECT
    toUnixTimestamp64Milli(received_at) AS received_ms,
    concat(toString(toUnixTimestamp64Milli(received_at)), ' ', toString(toDate(occurred_at, 'Asia/Ho_Chi_Minh'))) AS event_id,
    toUnixTimestamp64Milli(min(occurred_at)) AS occurred_ms,
    toUInt8(1) AS source,
    '' AS source_id,
    '0' AS learner,
    toUInt8(0) AS active,
    '' AS ward,
    NULL AS lon, NULL AS lat, toUInt16(0) AS duration_min, toUInt16(0) AS headcount, toInt8(0) AS sign,
    '' AS programme
  FROM event_tail
  WHERE received_at > after AND NOT of_today AND programme NOT IN {programmes:Array(String)}
  GROUP BY received_at, toDate(occurred_at, 'Asia/Ho_Chi_Minh')
)
ORDER BY received_ms
LIMIT {limit:UInt32} WITH TIES
