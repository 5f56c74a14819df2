-- A row: distinct learners of one step of `step_days` days by the area where they were active; area '' is unlocated.
-- `wards` and `areas` translate a ward's number to the area asked for (learners_by_place.sql).
SELECT
  transform(ward_code, {wards:Array(UInt32)}, {areas:Array(String)}, '') AS area,
  toUInt32(intDiv(day - {day_from:Date}, {step_days:UInt32})) AS step,
  toInt64(uniqExactIf(learner, active > 0)) AS learners
FROM learner_daily
WHERE day >= {day_from:Date} AND day < {day_to:Date}
  AND bitTest({sources:UInt8}, toUInt8(source))
  AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
  AND ({programme:String} = '' OR programme = {programme:String})
GROUP BY area, step
