-- A row: learners of a window who gave no home within it, by the home they gave before (0: never) and the ward where
-- they were seen most. `unsure` is the learner where he gave several homes before and one of them also after the
-- window, so that only his rows can tell which was the last before it; else 0.
WITH seen AS
(
  SELECT
    learner,
    argMax(ward, (ward_events, ward)) AS seen_ward,
    sum(ward_counted) AS counted,
    max(ward_home_key) AS home_key,
    sum(ward_chosen_events) AS events,
    sum(ward_headcount) AS headcount,
    sum(ward_minutes) AS minutes
  FROM
  (
    SELECT
      learner, ward,
      sum(events) AS ward_events,
      sum(counted) AS ward_counted,
      max(home_key) AS ward_home_key,
      sum(events * chosen) AS ward_chosen_events,
      sum(headcount * chosen) AS ward_headcount,
      sum(minutes * chosen) AS ward_minutes
    FROM ({learner_rows})
    WHERE learner IN (SELECT learner FROM ({learner_rows}) WHERE home_key = 0)
    GROUP BY learner, ward
  )
  GROUP BY learner
  HAVING counted > 0 AND home_key = 0
)
SELECT
  homes.home AS home,
  seen.seen_ward AS seen_ward,
  if(homes.unsure, toString(seen.learner), '0') AS unsure,
  toInt64(count()) AS learners,
  toInt64(sum(seen.events)) AS events,
  toInt64(sum(seen.headcount)) AS headcount,
  toInt64(sum(seen.minutes)) AS minutes
FROM seen
LEFT JOIN
(
  SELECT learner, argMax(home_code, last_ms) AS home, count() > 1 AND max(last_ms) >= {from_ms:UInt64} AS unsure
  FROM
  (
    SELECT learner, home_code, min(first_at) AS first_ms, max(last_at) AS last_ms
    FROM learner_homes
    WHERE learner IN (SELECT learner FROM seen)
    GROUP BY learner, home_code
    HAVING first_ms < {from_ms:UInt64}
  )
  GROUP BY learner
) AS homes ON homes.learner = seen.learner
GROUP BY home, seen_ward, unsure
