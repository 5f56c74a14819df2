-- A row: one position received after a time, in the order received: what another server has taken meanwhile.
SELECT
  source_id,
  toUnixTimestamp64Milli(at) AS at_ms,
  toUnixTimestamp64Milli(received_at) AS received_ms,
  lon, lat, speed_kmh, heading, accuracy_m, battery, flags,
  toString(preference) AS preference
FROM position_log
WHERE received_at > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
ORDER BY received_at
LIMIT {limit:UInt32} WITH TIES
