-- A row: the hours of the city (since 1970-01-01 00:00 on its clock) in which events of one source happened, of the 8
-- weeks up to the last of them, and within how many hours 95 % of these events were received.
SELECT
  source_id,
  arrayFilter(h -> h > arrayMax(every_hour) - 1344, groupUniqArray(hour) AS every_hour) AS hours,
  toUInt32(quantileExactWeightedIf(0.95)(delay_h, toUInt64(greatest(0, events)), hour >= {to_hour:UInt32} - 1344)) AS usual_delay_h
FROM reports_hourly
WHERE hour >= {from_hour:UInt32} AND hour < {to_hour:UInt32}
GROUP BY source_id
