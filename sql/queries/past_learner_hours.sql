-- A row: distinct learners of a window (as in past_ward_hours) who were first active in one hour of it.
SELECT back, first_h, toInt64(count()) AS learners
FROM
(
  SELECT back, learner, min(hour_of_window) AS first_h
  FROM
  (
    SELECT
      learner,
      toInt64(toUnixTimestamp(toDateTime(occurred_at))) AS t,
      toInt32(greatest(0, intDiv({start_s:Int64} - t + {unit_s:Int64} - 1, {unit_s:Int64}))) AS back,
      toInt32(intDiv(t - ({start_s:Int64} - back * {unit_s:Int64}), 3600)) AS hour_of_window
    FROM events_raw
    WHERE occurred_at >= toDateTime({from_s:UInt32}) AND occurred_at < toDateTime({to_s:UInt32})
      AND learner != 0 AND activity != 'registered' AND sign = 1
      AND (empty({wards:Array(String)}) OR ward IN {wards:Array(String)})
      AND event_id NOT IN (SELECT event_id FROM event_voids)
  )
  WHERE hour_of_window < {length_h:Int32}
  GROUP BY back, learner
)
GROUP BY back, first_h
