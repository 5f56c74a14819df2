-- One row: whether anybody gave a home before a time.
SELECT toUInt8(count() > 0) AS given
FROM (SELECT 1 FROM learner_homes WHERE first_at < {from_ms:UInt64} LIMIT 1)
