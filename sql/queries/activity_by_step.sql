-- A row: activity of one step of `step_s` seconds (at most an hour, so that steps fit the city's zone), by place.
SELECT
  intDiv(toUnixTimestamp(toDateTime(occurred_at)), {step_s:UInt32}) * {step_s:UInt32} AS t,
  toInt64(sum(sign)) AS events,
  toInt64(sum(toInt64(sign) * headcount)) AS headcount,
  toInt64(sum(toInt64(sign) * duration_min)) AS minutes,
  toInt64(uniqExactIf(learner, learner != 0 AND activity != 'registered')) AS learners
FROM events_raw
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({wards:Array(String)}) OR ward IN {wards:Array(String)})
  AND bitTest({sources:UInt8}, toUInt8(source))
  -- Sums would cancel by themselves, distinct learners would not.
  AND event_id NOT IN (SELECT event_id FROM event_voids)
GROUP BY t
