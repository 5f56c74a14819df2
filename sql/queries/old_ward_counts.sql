-- A row: activity of one ward of division pre-2025, from the events that named it.
SELECT
  old_ward AS ward,
  toInt64(sum(sign)) AS events,
  toInt64(uniqExactIf(learner, learner != 0 AND activity != 'registered')) AS learners,
  toInt64(sum(toInt64(sign) * headcount)) AS headcount,
  toInt64(sum(toInt64(sign) * duration_min)) AS minutes,
  toInt64(uniqExactIf(learner, learner != 0 AND activity != 'registered' AND learner_id_type != 'local')) AS linkable,
  toInt64(sumIf(sign, learner = 0)) AS nameless,
  toInt64(sumIf(toInt64(sign) * events_raw.headcount, learner = 0)) AS nameless_headcount,
  toInt64(maxIf(events_raw.headcount, learner = 0)) AS largest   -- people in one event
FROM events_raw
WHERE old_ward != ''
  -- Sums would cancel by themselves, distinct learners would not.
  AND event_id NOT IN (SELECT event_id FROM event_voids)
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND bitTest({sources:UInt8}, toUInt8(source))
  AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
  AND ({programme:String} = '' OR programme = {programme:String})
GROUP BY ward
