-- A row: one learner of a window with the home he gave last within it (0: none) and, where he gave none, the ward where
-- he was seen most (0: unlocated). `counted` 0: he only registered, so that what he did counts and he does not. Not a
-- query of its own: the queries by home read from it.
SELECT
  learner,
  toUInt32(bitAnd(max(home_key), 131071)) AS given_home,
  sum(counted) AS counted,
  -- Wards of the rows without a home, each packed with its events: cheaper to collect than pairs.
  groupArrayIf(toUInt64(ward_code) * 65536 + events, home_key = 0) AS seen,
  if(given_home != 0, 0, arrayMax(
    w -> (arraySum(s -> if(intDiv(s, 65536) = w, s % 65536, 0), seen), w),
    arrayDistinct(arrayMap(s -> intDiv(s, 65536), seen))).2) AS seen_ward,
  sum(events * chosen) AS did_events,
  sum(headcount * chosen) AS did_headcount,
  sum(minutes * chosen) AS did_minutes,
  any(linkable) AS known_elsewhere
FROM ({learner_rows})
GROUP BY learner
HAVING max(chosen) = 1
