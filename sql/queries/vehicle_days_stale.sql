-- A row: one vehicle's day that has positions which its derived state has not counted.
SELECT held.source_id AS source_id, toString(held.day) AS day
FROM
(
  SELECT source_id, toDate(at, 'Asia/Ho_Chi_Minh') AS day, count() AS positions
  FROM position_log FINAL
  GROUP BY source_id, day
) AS held
LEFT JOIN
(
  SELECT source_id, day, max(positions) AS positions
  FROM vehicle_days
  GROUP BY source_id, day
) AS derived USING (source_id, day)
WHERE held.positions > derived.positions
ORDER BY day, source_id
SETTINGS do_not_merge_across_partitions_select_final = 1, join_use_nulls = 0
