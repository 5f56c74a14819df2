-- A row: learners of a window by home as learners_by_home.sql has it, where homes given before the window count too.
-- `unsure` is the learner where he gave several homes before the window and one of them also after it, so that only his
-- rows can tell which was the last before it; else 0.
SELECT
  if(given.given_home != 0, given.given_home, before.home) AS home,
  if(home = 0, given.seen_ward, 0) AS seen_ward,
  toString(if(given.given_home = 0 AND before.unsure, given.learner, 0) AS told_by) AS unsure,
  {measures}
  toInt64(countIf(given.counted > 0)) AS learners,
  toInt64(sumIf(given.known_elsewhere, given.counted > 0)) AS linkable
FROM ({learners_given}) AS given
LEFT JOIN
(
  SELECT learner, argMax(home_code, last_ms) AS home, count() > 1 AND max(last_ms) >= {from_ms:UInt64} AS unsure
  FROM
  (
    SELECT learner, home_code, min(first_at) AS first_ms, max(last_at) AS last_ms
    FROM learner_homes
    -- `identity`: the index is not searched for each of them, which takes longer than to read all.
    WHERE identity(learner) IN (SELECT learner FROM ({learner_rows}) WHERE home_key = 0)
    GROUP BY learner, home_code
    HAVING first_ms < {from_ms:UInt64}
  )
  GROUP BY learner
) AS before ON before.learner = if(given.given_home = 0, given.learner, 0)
GROUP BY home, seen_ward, told_by
