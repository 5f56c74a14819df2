-- A row: what one learner did in one ward on one day (whole days), or in one event (hours at the window's edges).
-- Not a query of its own: the learner queries read from it.
SELECT
  learner, ward_code, events, headcount, minutes, home_key,
  if(
    bitTest({sources:UInt8}, toUInt8(source))
      AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
      AND ({programme:String} = '' OR programme = {programme:String}),
    active, 0) AS counted,                          -- events that make a learner, after the filters
  if(
    bitTest({sources:UInt8}, toUInt8(source))
      AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
      AND ({programme:String} = '' OR programme = {programme:String}),
    1, 0) AS chosen                                 -- 1: the row passes the filters
FROM learner_daily
WHERE day >= {day_from:Date} AND day < {day_to:Date}
UNION ALL
SELECT
  learner,
  toUInt32OrZero(ward) AS ward_code,
  toInt32(sign) AS events,
  toInt32(sign) * headcount AS headcount,
  toInt32(sign) * duration_min AS minutes,
  if(home_code = 0 OR sign < 0, 0, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code) AS home_key,
  if(
    bitTest({sources:UInt8}, toUInt8(source))
      AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
      AND ({programme:String} = '' OR programme = {programme:String}),
    toInt32(sign) * (activity != 'registered'), 0) AS counted,
  if(
    bitTest({sources:UInt8}, toUInt8(source))
      AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
      AND ({programme:String} = '' OR programme = {programme:String}),
    1, 0) AS chosen
FROM events_raw
WHERE learner != 0
  AND ((occurred_at >= toDateTime({head_from:UInt32}) AND occurred_at < toDateTime({head_to:UInt32}))
    OR (occurred_at >= toDateTime({tail_from:UInt32}) AND occurred_at < toDateTime({tail_to:UInt32})))
