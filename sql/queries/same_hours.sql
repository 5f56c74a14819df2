-- A row: events of one ward in one hour (epoch seconds) out of a list of hours.
SELECT ward, toUnixTimestamp(hour) AS t, toInt64(sum(events)) AS events
FROM place_hourly
WHERE has({hours:Array(UInt32)}, toUnixTimestamp(hour))
  AND hour >= toDateTime({from_s:UInt32}) AND hour <= toDateTime({to_s:UInt32})
GROUP BY ward, t
