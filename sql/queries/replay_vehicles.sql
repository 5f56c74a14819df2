-- A row: where one mobile library was last in one step of a span, by its own reports that are believed.
SELECT
  toString(source_id) AS source_id,
  toInt32(intDiv(toUnixTimestamp64Milli(at) - {from_ms:Int64}, {step_ms:Int64})) AS step,
  argMax(lon, at) AS last_lon,
  argMax(lat, at) AS last_lat,
  argMax((heading, 1), at).1 AS last_heading
FROM position_log FINAL
WHERE at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
  AND bitAnd(flags, 7) = 0
GROUP BY source_id, step
ORDER BY step, source_id
SETTINGS do_not_merge_across_partitions_select_final = 1
