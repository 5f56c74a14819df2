-- A row: one campaign as it was saved last.
SELECT
  id, name_vi, name_en, programmes,
  toString(first_day) AS first_day,
  toString(last_day) AS last_day,
  areas, target_events, target_learners, target_minutes, target_wards, ward_targets, public,
  toUnixTimestamp64Milli(updated_at) AS updated_ms
FROM campaigns FINAL
WHERE NOT removed
ORDER BY id
