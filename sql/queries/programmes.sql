-- A row: a programme that events name, with the first and the last day of these events; the newest first. A programme
-- whose events were all withdrawn is none.
SELECT
  programme,
  toString(min(day)) AS first_day,
  toString(max(day)) AS last_day
FROM
(
  SELECT programme, day
  FROM place_daily
  WHERE programme != ''
  GROUP BY programme, day
  HAVING sum(events) > 0
)
GROUP BY programme
ORDER BY last_day DESC, programme
LIMIT 1000
