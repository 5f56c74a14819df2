-- A row: the home that a learner gave last before a time. Learners come as text: JavaScript has no UInt64.
SELECT toString(learner) AS learner, bitAnd(max(home_key), 131071) AS home
FROM
(
  SELECT learner, home_key FROM learner_daily
  WHERE learner IN (SELECT toUInt64(arrayJoin({learners:Array(String)}))) AND day < {day:Date}
  UNION ALL
  SELECT learner, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code AS home_key FROM events_raw
  WHERE learner IN (SELECT toUInt64(arrayJoin({learners:Array(String)}))) AND home_code != 0
    AND event_id NOT IN (SELECT event_id FROM event_voids)
    AND toDate(occurred_at, 'Asia/Ho_Chi_Minh') = {day:Date}
    AND occurred_at < fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
)
GROUP BY learner
