-- A row: one ward's activity in one step of `step_days` days counted from `day_from`, by place. Ward '' is unlocated;
-- three digits are a former district whose ward is unknown.
SELECT
  ward,
  toUInt32(intDiv(day - {day_from:Date}, {step_days:UInt32})) AS step,
  toInt64(sum(events)) AS events,
  toInt64(sum(headcount)) AS headcount             -- people
FROM place_daily
WHERE day >= {day_from:Date} AND day < {day_to:Date}
  AND bitTest({sources:UInt8}, toUInt8(source))
  AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
  AND ({programme:String} = '' OR programme = {programme:String})
GROUP BY ward, step
