-- A row: one event of a sample of each step that has a place; the same events whoever asks.
SELECT
  toInt32(intDiv(toUnixTimestamp64Milli(occurred_at) - {from_ms:Int64}, {step_ms:Int64})) AS step,
  toUInt8(source) AS source_number,
  toString(source_id) AS place,
  toString(ward) AS ward_code,
  assumeNotNull(lon) AS point_lon,
  assumeNotNull(lat) AS point_lat
FROM events_raw
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
  AND lon IS NOT NULL AND lat IS NOT NULL AND source != 'online_course' AND sign = 1
  AND (empty({programmes:Array(String)}) OR programme IN {programmes:Array(String)})
  AND (empty({inside:Array(String)}) OR ward IN {inside:Array(String)})
ORDER BY step, cityHash64(event_id)
LIMIT {most:UInt32} BY step
