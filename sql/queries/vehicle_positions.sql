-- A row: one position of a vehicle between two times, oldest first; no source_ids: of every vehicle.
SELECT
  source_id,
  toUnixTimestamp64Milli(at) AS at_ms,
  toUnixTimestamp64Milli(received_at) AS received_ms,
  lon, lat, speed_kmh, heading, accuracy_m, battery, flags,
  toString(preference) AS preference
FROM position_log FINAL
WHERE at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({source_ids:Array(String)}) OR source_id IN {source_ids:Array(String)})
ORDER BY source_id, at
SETTINGS do_not_merge_across_partitions_select_final = 1
