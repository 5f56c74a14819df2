-- A row: one reason, and how many records were refused for it.
SELECT reason, count() AS n
FROM refused_records
WHERE {rejects_filter}
GROUP BY reason
ORDER BY reason
