-- One row: distinct learners of a window, wherever they were active or live.
SELECT toInt64(uniqExactIf(learner, counted > 0)) AS learners
FROM ({learner_rows})
