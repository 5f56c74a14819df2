-- A row: one ward in one window of equal length, `unit_s` apart, counted back from `start_s` (0: the one that starts
-- there): the hour of the window in which it was first active, and its events in the window's first `elapsed_h` hours.
SELECT
  back,
  ward,
  toInt32(minIf(hour_of_window, hour_events > 0)) AS first_h,
  toInt64(sumIf(hour_events, hour_of_window < {elapsed_h:Int32})) AS events_so_far
FROM
(
  SELECT
    ward,
    events AS hour_events,
    toInt64(toUnixTimestamp(hour)) AS t,
    toInt32(greatest(0, intDiv({start_s:Int64} - t + {unit_s:Int64} - 1, {unit_s:Int64}))) AS back,
    toInt32(intDiv(t - ({start_s:Int64} - back * {unit_s:Int64}), 3600)) AS hour_of_window
  FROM place_hourly
  WHERE hour >= toDateTime({from_s:UInt32}) AND hour < toDateTime({to_s:UInt32})
    AND (empty({wards:Array(String)}) OR ward IN {wards:Array(String)})
)
WHERE hour_of_window < {length_h:Int32}
GROUP BY back, ward
HAVING sum(hour_events) > 0
