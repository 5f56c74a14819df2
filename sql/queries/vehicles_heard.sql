-- A row: one vehicle with the times of its newest position and of the newest received of it.
SELECT
  source_id,
  toUnixTimestamp64Milli(max(at)) AS newest_ms,
  toUnixTimestamp64Milli(max(received_at)) AS received_ms
FROM position_log
GROUP BY source_id
ORDER BY source_id
