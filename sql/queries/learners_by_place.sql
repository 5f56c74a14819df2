-- A row: distinct learners of a window by the area where they were active; area '' is unlocated. `wards` and `areas`
-- translate a ward's number to the area asked for, so a learner active in two wards of one district counts once in it.
SELECT
  transform(ward_code, {wards:Array(UInt32)}, {areas:Array(String)}, '') AS area,
  {measures}
  toInt64(uniqExactIf(learner, counted > 0)) AS learners
FROM ({learner_rows})
GROUP BY area
