-- A row: learners of a window whose home was given within it, by home (the last one given), with what they did.
-- Home 0: none given in the window, see learners_without_home.sql; 99999: outside the city; three digits: a former
-- district whose ward is unknown.
SELECT
  home,
  toInt64(count()) AS learners,
  toInt64(sum(events)) AS events,
  toInt64(sum(headcount)) AS headcount,
  toInt64(sum(minutes)) AS minutes
FROM
(
  SELECT
    learner,
    bitAnd(max(home_key), 131071) AS home,
    sum(counted) AS counted,
    sum(events * chosen) AS events,
    sum(headcount * chosen) AS headcount,
    sum(minutes * chosen) AS minutes
  FROM ({learner_rows})
  GROUP BY learner
  HAVING counted > 0
)
GROUP BY home
