-- What the figures of coverage need besides counts: events that name nobody, who can be recognised across sources, and
-- when sources reported.

-- A row: events of one size in which no learner was named, of one ward, day, source, set of learner groups and
-- programme. By size, since a greatest value cannot be withdrawn, a count can.
CREATE OR REPLACE TABLE nameless_daily
(
  day Date,                                  -- of the city
  ward LowCardinality(String),               -- '' unlocated
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  learner_groups UInt8,
  programme LowCardinality(String),
  headcount UInt16,                          -- people in each of the events
  events Int64
)
ENGINE = SummingMergeTree(events)
PARTITION BY toYYYYMM(day)
ORDER BY (day, ward, source, learner_groups, programme, headcount)
SETTINGS non_replicated_deduplication_window = 10000
AS SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  ward, source, learner_groups, programme, headcount,
  sum(sign) AS events
FROM events_raw
WHERE learner = 0
GROUP BY day, ward, source, learner_groups, programme, headcount
SETTINGS max_partitions_per_insert_block = 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS nameless_daily_mv TO nameless_daily AS
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  ward, source, learner_groups, programme, headcount,
  sum(sign) AS events
FROM events_raw
WHERE learner = 0
GROUP BY day, ward, source, learner_groups, programme, headcount;

-- A row: events of one source that happened in one hour of the city and were received so many whole hours of the clock
-- later. Withdrawn events stay: they were reports all the same.
CREATE OR REPLACE TABLE reports_hourly
(
  source_id LowCardinality(String),
  hour UInt32,                               -- hours since 1970-01-01 00:00 on the city's clock
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  delay_h UInt32,                            -- hours
  events Int64
)
ENGINE = SummingMergeTree(events)
PARTITION BY toYYYYMM(toDate(toUInt16(intDiv(hour, 24))))
ORDER BY (source_id, hour, source, delay_h)
SETTINGS non_replicated_deduplication_window = 10000
AS SELECT
  source_id,
  toUInt32(intDiv(toUnixTimestamp64Milli(occurred_at) + 25200000, 3600000)) AS hour,
  source,
  toUInt32(greatest(0, intDiv(toUnixTimestamp64Milli(received_at) + 25200000, 3600000) - hour)) AS delay_h,
  toInt64(count()) AS events
FROM events_raw
WHERE sign = 1
GROUP BY source_id, hour, source, delay_h
SETTINGS max_partitions_per_insert_block = 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS reports_hourly_mv TO reports_hourly AS
SELECT
  source_id,
  toUInt32(intDiv(toUnixTimestamp64Milli(occurred_at) + 25200000, 3600000)) AS hour,
  source,
  toUInt32(greatest(0, intDiv(toUnixTimestamp64Milli(received_at) + 25200000, 3600000) - hour)) AS delay_h,
  toInt64(count()) AS events
FROM events_raw
WHERE sign = 1
GROUP BY source_id, hour, source, delay_h;

-- 1: the learner's id is of a kind that other sources know as well (anything but `local`). A pseudonym has one kind.
ALTER TABLE learner_daily ADD COLUMN IF NOT EXISTS linkable SimpleAggregateFunction(max, UInt8);

ALTER TABLE learner_daily_mv MODIFY QUERY
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  toUInt32OrZero(ward) AS ward_code,
  source, learner_groups, programme, learner,
  toInt32(1) AS events,
  toInt32(activity != 'registered') AS active,
  toInt32(headcount) AS headcount,
  toInt32(duration_min) AS minutes,
  if(home_code = 0, 0, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code) AS home_key,
  toUInt8(learner_id_type != 'local') AS linkable
FROM events_raw
WHERE learner != 0 AND sign = 1;

ALTER TABLE learner_daily UPDATE linkable = 1
WHERE learner IN (SELECT learner FROM events_raw WHERE learner != 0 AND learner_id_type != 'local')
SETTINGS mutations_sync = 1;
