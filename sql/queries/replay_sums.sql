-- A row: events and minutes of one ward in one step of a span (steps counted from its start), by place.
SELECT
  toString(ward) AS ward,
  toInt32(intDiv(toUnixTimestamp64Milli(occurred_at) - {from_ms:Int64}, {step_ms:Int64})) AS step,
  toInt64(sum(sign)) AS events,
  toInt64(sum(toInt64(sign) * duration_min)) AS minutes
FROM events_raw
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
  AND (empty({programmes:Array(String)}) OR programme IN {programmes:Array(String)})
  AND (empty({inside:Array(String)}) OR ward IN {inside:Array(String)})
GROUP BY ward, step
