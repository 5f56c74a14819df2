-- A row: distinct learners of one area who were first active in one step of a span (steps counted from its start), by
-- place, under some programmes (all where none is given). `wards` and `areas` translate a ward to the area it counts in.
SELECT
  area,
  toInt32(intDiv(first_ms - {from_ms:Int64}, {step_ms:Int64})) AS step,
  toInt64(count()) AS learners
FROM
(
  SELECT
    arrayJoin(if(place = '', ['city'], ['city', place])) AS area,
    learner,
    min(toUnixTimestamp64Milli(occurred_at)) AS first_ms
  FROM
  (
    SELECT transform(toString(ward), {wards:Array(String)}, {areas:Array(String)}, '') AS place, learner, occurred_at, event_id
    FROM events_raw
    WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
      AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
      AND learner != 0 AND activity != 'registered' AND sign = 1
      AND (empty({programmes:Array(String)}) OR programme IN {programmes:Array(String)})
      AND (empty({inside:Array(String)}) OR ward IN {inside:Array(String)})
      AND event_id NOT IN
      (
        SELECT event_id FROM events_raw
        WHERE sign = -1
          AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
          AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
      )
  )
  GROUP BY area, learner
)
GROUP BY area, step
