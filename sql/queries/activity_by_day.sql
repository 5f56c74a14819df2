-- A row: one day's activity, by place, in the wards asked for (all when none is).
SELECT
  toUnixTimestamp(toDateTime(day, 'Asia/Ho_Chi_Minh')) AS t,
  toInt64(sum(events)) AS events,
  toInt64(sum(headcount)) AS headcount,
  toInt64(sum(minutes)) AS minutes,
  toInt64(sum(learners)) AS learners
FROM
(
  SELECT day, events, headcount, minutes, 0 AS learners
  FROM place_daily
  WHERE day >= {day_from:Date} AND day < {day_to:Date}
    AND (empty({wards:Array(String)}) OR ward IN {wards:Array(String)})
    AND bitTest({sources:UInt8}, toUInt8(source))
  UNION ALL
  SELECT day, 0 AS events, 0 AS headcount, 0 AS minutes, uniqExactIf(learner, active > 0) AS learners
  FROM learner_daily
  WHERE day >= {day_from:Date} AND day < {day_to:Date}
    AND (empty({wards:Array(String)}) OR has(arrayMap(ward -> toUInt32(ward), {wards:Array(String)}), ward_code))
    AND bitTest({sources:UInt8}, toUInt8(source))
  GROUP BY day
)
GROUP BY day
