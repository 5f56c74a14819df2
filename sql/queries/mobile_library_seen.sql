-- A row: where and when within one hour the events of one mobile library happened, to about 10 m. For vehicles that
-- report no positions: an event says where the vehicle stood.
SELECT
  source_id,
  toUnixTimestamp64Milli(min(occurred_at)) AS from_ms,
  toUnixTimestamp64Milli(max(occurred_at)) AS to_ms,
  avg(assumeNotNull(lon)) AS mean_lon,
  avg(assumeNotNull(lat)) AS mean_lat
FROM events_raw
WHERE source = 'mobile_library' AND point_sent AND lon IS NOT NULL AND lat IS NOT NULL
  AND toDate(occurred_at, 'Asia/Ho_Chi_Minh') >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'), 'Asia/Ho_Chi_Minh')
  AND toDate(occurred_at, 'Asia/Ho_Chi_Minh') <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'), 'Asia/Ho_Chi_Minh')
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
GROUP BY source_id, toStartOfHour(occurred_at), round(lon, 4), round(lat, 4)
HAVING sum(toInt32(sign)) > 0
ORDER BY source_id, from_ms
