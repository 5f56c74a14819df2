-- A row: what was heard from one source; where it spoke as several kinds, the one heard last.
SELECT
  source_id,
  toString(argMax(source, last_seen)) AS source,
  toUnixTimestamp64Milli(max(last_seen)) AS last_seen_ms,
  sum(events) AS events
FROM seen_sources
WHERE {source_id:String} = '' OR source_id = {source_id:String}
GROUP BY source_id
ORDER BY source_id
