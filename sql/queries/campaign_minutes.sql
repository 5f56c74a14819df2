-- A row: events of one minute (epoch seconds) and ward in a span, those of some programmes and all, as far as they were
-- received by a time.
SELECT
  intDiv(toUnixTimestamp(toDateTime(occurred_at)), 60) * 60 AS t,
  ward,
  toInt64(sum(sign)) AS activity,
  toInt64(sumIf(sign, programme IN {programmes:Array(String)})) AS campaign
FROM events_raw
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
GROUP BY t, ward
