-- A row: one ward's activity in a window, by place. Ward '' is unlocated; three digits are a former district whose
-- ward is unknown. Whole days come from the daily rollup, the hours at the window's edges from the hourly one.
SELECT
  ward,
  toInt64(sum(events)) AS events,
  toInt64(sum(headcount)) AS headcount,             -- people
  toInt64(sum(minutes)) AS minutes
FROM
(
  SELECT ward, source, learner_groups, programme, events, headcount, minutes
  FROM place_daily
  WHERE day >= {day_from:Date} AND day < {day_to:Date}
  UNION ALL
  SELECT ward, source, learner_groups, programme, events, headcount, minutes
  FROM place_hourly
  WHERE (hour >= toDateTime({head_from:UInt32}) AND hour < toDateTime({head_to:UInt32}))
     OR (hour >= toDateTime({tail_from:UInt32}) AND hour < toDateTime({tail_to:UInt32}))
)
WHERE bitTest({sources:UInt8}, toUInt8(source))
  AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
  AND ({programme:String} = '' OR programme = {programme:String})
GROUP BY ward
