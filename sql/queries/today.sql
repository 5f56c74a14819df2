-- A row: what one learner (0: nobody named) did in one ward through one kind of source since a time, as far as it was
-- received by another time: where the live counters start from.
SELECT
  ward,
  toUInt8(source) AS source,
  toString(learner) AS learner,
  toInt64(sum(sign)) AS events,
  toInt64(sum(toInt64(sign) * (activity != 'registered'))) AS active,
  toInt64(sum(toInt64(sign) * duration_min)) AS minutes,
  toInt64(sum(toInt64(sign) * headcount)) AS headcount
FROM events_raw
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
GROUP BY ward, source, learner
