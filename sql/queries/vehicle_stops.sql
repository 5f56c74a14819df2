-- A row: one stop of a vehicle that began between two times; source_id '' means every vehicle.
SELECT
  source_id,
  toUnixTimestamp64Milli(began_at) AS from_ms,
  toUnixTimestamp64Milli(ended_at) AS to_ms,
  lon, lat
FROM vehicle_days FINAL
ARRAY JOIN stop_from AS began_at, stop_to AS ended_at, stop_lon AS lon, stop_lat AS lat
WHERE day >= {day_from:Date} AND day <= {day_to:Date}
  AND ({source_id:String} = '' OR source_id = {source_id:String})
  AND began_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND began_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
ORDER BY began_at, source_id
