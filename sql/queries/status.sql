-- One row: events counted and those whose ward is unknown.
SELECT
  toInt64(sum(ward_events)) AS events,
  toInt64(sumIf(ward_events, length(ward) != 5)) AS unlocated
FROM (SELECT ward, sum(events) AS ward_events FROM place_daily GROUP BY ward)
