-- A row: one target or round number that a campaign reached, and when first.
SELECT
  campaign_id, kind, level, area, measure,
  toInt64(value) AS value,
  toUnixTimestamp64Milli(min(at)) AS at_ms
FROM campaign_moments
GROUP BY campaign_id, kind, level, area, measure, value
ORDER BY at_ms
