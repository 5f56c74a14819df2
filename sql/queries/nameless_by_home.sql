-- A row: activity of a window in which no learner was named but a home was, by that home.
SELECT
  home_code AS home,
  toInt64(sum(sign)) AS events,
  toInt64(sum(toInt64(sign) * headcount)) AS headcount,
  toInt64(sum(toInt64(sign) * duration_min)) AS minutes,
  toInt64(maxIf(events_raw.headcount, event_id NOT IN (SELECT event_id FROM event_voids))) AS largest  -- people in one event
FROM events_raw
WHERE learner = 0
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND bitTest({sources:UInt8}, toUInt8(source))
  AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
  AND ({programme:String} = '' OR programme = {programme:String})
GROUP BY home
