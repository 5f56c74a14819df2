-- A row: what one learner did in one ward on one day (whole days), or in one event (hours at the window's edges).
-- Not a query of its own: the learner queries read from it. `chosen`: the row passes the filters; `counted`: events
-- of a chosen row that make a learner. `linkable`: the id is of a kind that other sources know as well.
SELECT
  learner, ward_code, events, headcount, minutes, home_key, linkable,
  bitTest({sources:UInt8}, toUInt8(source))
    AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
    AND ({programme:String} = '' OR programme = {programme:String}) AS chosen,
  if(chosen, active, 0) AS counted
FROM
(
  SELECT
    learner, ward_code, source, learner_groups, programme, events, active, headcount, minutes, home_key, linkable
  FROM learner_daily
  WHERE day >= {day_from:Date} AND day < {day_to:Date}
  UNION ALL
  SELECT
    learner,
    toUInt32OrZero(ward) AS ward_code,
    source, learner_groups, programme,
    toInt32(1) AS events,
    toInt32(activity != 'registered') AS active,
    toInt32(headcount) AS headcount,
    toInt32(duration_min) AS minutes,
    if(home_code = 0, 0, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code) AS home_key,
    toUInt8(learner_id_type != 'local') AS linkable
  FROM events_raw
  WHERE learner != 0
    AND ({at_edges})
)
