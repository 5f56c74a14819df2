-- A row: activity of one hour (epoch seconds) under some programmes (all where none is given), by place, in some wards
-- (all where none is given).
SELECT
  toUnixTimestamp(hour) AS t,
  toInt64(sum(events)) AS events,
  toInt64(sum(minutes)) AS minutes
FROM place_hourly
WHERE hour >= toDateTime({from_s:UInt32}) AND hour < toDateTime({to_s:UInt32})
  AND (empty({wards:Array(String)}) OR ward IN {wards:Array(String)})
  AND (empty({programmes:Array(String)}) OR programme IN {programmes:Array(String)})
GROUP BY t
ORDER BY t
