-- How far the files of a history import were read, so that one that was interrupted goes on where it was.

-- A row: one file, known by its size, its time and its first and last bytes; the newest row of a file counts.
CREATE TABLE IF NOT EXISTS imports
(
  file_key String,                           -- hash of size, time of change, first and last bytes
  records UInt64,                            -- read and answered for, from the file's beginning
  report String,                             -- what became of them, as JSON
  done Bool,                                 -- read to its end: the next run begins anew
  updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY file_key
TTL toDateTime(updated_at) + INTERVAL 30 DAY;
