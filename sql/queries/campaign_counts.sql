-- A row: what one learner (0: nobody named) did in one ward under one of some programmes in a span, as far as it was
-- received by a time: where the counters of a campaign start from.
SELECT
  ward,
  toString(learner) AS learner,
  toInt64(sum(sign)) AS events,
  toInt64(sum(toInt64(sign) * (activity != 'registered'))) AS active,
  toInt64(sum(toInt64(sign) * duration_min)) AS minutes
FROM events_raw
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC')
  AND programme IN {programmes:Array(String)}
GROUP BY ward, learner
