-- A row: one mobile library with what was seen of it in columns, in the order of time: when and where within one hour
-- its events happened, to about 10 m. For vehicles that report no positions: an event says where the vehicle stood;
-- those that do are `positioned` and left out. Columns, since a quarter of a year holds many tens of thousands. From
-- and to are whole hours.
SELECT
  source_id,
  groupArray(toFloat64(toUnixTimestamp64Milli(first_at_10m))) AS from_ms,
  groupArray(toFloat64(toUnixTimestamp64Milli(last_at_10m))) AS to_ms,
  groupArray(mean_lon) AS lon,                      -- degrees, WGS 84
  groupArray(mean_lat) AS lat
FROM
(
  SELECT
    source_id,
    min(first_at) AS first_at_10m,
    max(last_at) AS last_at_10m,
    round(sum(lon_sum) / sum(points), 6) AS mean_lon,
    round(sum(lat_sum) / sum(points), 6) AS mean_lat
  FROM mobile_seen_hourly
  WHERE hour >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND hour < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND NOT has({positioned:Array(String)}, source_id)
  GROUP BY source_id, hour, lon_10m, lat_10m
  HAVING sum(balance) > 0
  ORDER BY source_id, first_at_10m
)
GROUP BY source_id
ORDER BY source_id
