-- A row: one refused record, newest first, records of one moment in the order in which they were sent. A page starts
-- behind (before_ms, after_seq, after_content), the last record of the page before, and skips those that are equal to
-- it in every column and were given already. before_ms = 0: the first page.
SELECT
  toUnixTimestamp64Milli(received_at) AS received_ms,
  seq,
  toString(cityHash64(source, source_id, event_id, reason, detail, key_id, record)) AS content,
  source, source_id, event_id, reason, detail, record
FROM refused_records
WHERE {rejects_filter}
  AND ({before_ms:Int64} = 0
    OR received_at < fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
    OR (received_at = fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
      AND (seq, content) >= ({after_seq:UInt32}, {after_content:String})))
ORDER BY received_at DESC, seq, content
LIMIT {limit:UInt32} OFFSET {skip:UInt32}
