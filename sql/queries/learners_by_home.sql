-- A row: learners of a window by the home they gave last within it. `home` 0: none given, then by the ward where they
-- were seen most; 99999: outside the city; three digits: a former district whose ward is unknown. For windows before
-- which nobody gave a home; else learners_by_home_before.sql.
SELECT given_home AS home, seen_ward, '0' AS unsure, toInt64(countIf(counted > 0)) AS learners,
  toInt64(sumIf(known_elsewhere, counted > 0)) AS linkable
FROM ({learners_given})
GROUP BY home, seen_ward
