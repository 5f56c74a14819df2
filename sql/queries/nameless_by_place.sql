-- A row: events of a window in which no learner was named, by place. Ward '' is unlocated; three digits are a former
-- district whose ward is unknown. Whole days come from the rollup, the hours at the window's edges from raw rows.
SELECT
  ward,
  toInt64(sum(n)) AS events,
  toInt64(sum(n * size)) AS headcount,              -- people
  toInt64(maxIf(size, n > 0))      AS largest       -- people in one event
FROM
(
  SELECT ward, headcount AS size, sum(place.events) AS n
  FROM
  (
    SELECT ward, source, learner_groups, programme, headcount, events
    FROM nameless_daily
    WHERE day >= {day_from:Date} AND day < {day_to:Date}
    UNION ALL
    SELECT ward, source, learner_groups, programme, headcount, toInt64(sign) AS events
    FROM events_raw
    WHERE learner = 0
      AND ((occurred_at >= toDateTime({head_from:UInt32}) AND occurred_at < toDateTime({head_to:UInt32}))
        OR (occurred_at >= toDateTime({tail_from:UInt32}) AND occurred_at < toDateTime({tail_to:UInt32})))
  ) AS place
  WHERE bitTest({sources:UInt8}, toUInt8(source))
    AND ({groups:UInt8} = 0 OR bitAnd(learner_groups, {groups:UInt8}) != 0)
    AND ({programme:String} = '' OR programme = {programme:String})
  GROUP BY ward, size
)
GROUP BY ward
