-- Rollups: what the map reads instead of raw rows. Sums are kept by place and time; distinct learners are exact,
-- so they are kept as narrow rows (learner x ward x time) that merge by counting, never as estimates.
-- Every measure is multiplied by `sign`, so a withdrawn event cancels itself.

-- A row: activity of one ward, hour (city's zone), source, set of learner groups and programme.
CREATE TABLE IF NOT EXISTS place_hourly
(
  hour DateTime('Asia/Ho_Chi_Minh'),
  ward LowCardinality(String),
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  learner_groups UInt8,
  programme LowCardinality(String),
  events Int64,
  headcount Int64,                           -- people
  minutes Int64
)
ENGINE = SummingMergeTree((events, headcount, minutes))
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, ward, source, learner_groups, programme)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS place_hourly_mv TO place_hourly AS
SELECT
  toStartOfHour(toDateTime(occurred_at, 'Asia/Ho_Chi_Minh')) AS hour,
  ward, source, learner_groups, programme,
  sum(sign) AS events,
  sum(toInt64(sign) * headcount) AS headcount,
  sum(toInt64(sign) * duration_min) AS minutes
FROM events_raw
GROUP BY hour, ward, source, learner_groups, programme;

-- A row: the same by day.
CREATE TABLE IF NOT EXISTS place_daily
(
  day Date,
  ward LowCardinality(String),
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  learner_groups UInt8,
  programme LowCardinality(String),
  events Int64,
  headcount Int64,
  minutes Int64
)
ENGINE = SummingMergeTree((events, headcount, minutes))
PARTITION BY toYYYYMM(day)
ORDER BY (day, ward, source, learner_groups, programme)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS place_daily_mv TO place_daily AS
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  ward, source, learner_groups, programme,
  sum(sign) AS events,
  sum(toInt64(sign) * headcount) AS headcount,
  sum(toInt64(sign) * duration_min) AS minutes
FROM events_raw
GROUP BY day, ward, source, learner_groups, programme;

-- A row: what one learner (0: nobody named) did in one ward on one day. `home_key` packs the home he gave last and
-- when: epoch milliseconds * 2^17 + ward code (0 none, 99999 outside the city), so that the latest home is a plain
-- max(), about three times as fast as argMax over text; the ward is a number for the same reason. The view does not group: nearly every row is its own group,
-- and the table sums equal keys when it writes and merges.
CREATE TABLE IF NOT EXISTS learner_daily
(
  day Date,
  ward_code UInt32,                          -- the ward as a number; 3 digits: a former district; 0: unlocated
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  learner_groups UInt8,
  programme LowCardinality(String),
  learner UInt64,
  events SimpleAggregateFunction(sumWithOverflow, Int32),
  active SimpleAggregateFunction(sumWithOverflow, Int32),  -- events other than registered
  headcount SimpleAggregateFunction(sumWithOverflow, Int32),
  minutes SimpleAggregateFunction(sumWithOverflow, Int32),
  home_key SimpleAggregateFunction(max, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, ward_code, source, learner_groups, programme, learner)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS learner_daily_mv TO learner_daily AS
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  toUInt32OrZero(ward) AS ward_code,
  source, learner_groups, programme, learner,
  sign AS events,
  sign * (activity != 'registered') AS active,
  toInt32(sign) * headcount AS headcount,
  toInt32(sign) * duration_min AS minutes,
  if(home_code = 0 OR sign < 0, 0, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code) AS home_key
FROM events_raw
WHERE learner != 0;

-- A row: a home that a learner gave, when first and when last (epoch milliseconds). A learner with one row never
-- moved; where a learner has several, the home at a time is the one given last before it.
CREATE TABLE IF NOT EXISTS learner_homes
(
  learner UInt64,
  home_code UInt32,
  first_at SimpleAggregateFunction(min, UInt64),
  last_at SimpleAggregateFunction(max, UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (learner, home_code)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS learner_homes_mv TO learner_homes AS
SELECT
  learner, home_code,
  toUInt64(toUnixTimestamp64Milli(occurred_at)) AS first_at,
  toUInt64(toUnixTimestamp64Milli(occurred_at)) AS last_at
FROM events_raw
WHERE learner != 0 AND home_code != 0 AND sign = 1;

-- A row: activity in one H3 cell (resolution 9) on one day.
CREATE TABLE IF NOT EXISTS h3_daily
(
  day Date,
  h3 UInt64,
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  events Int64,
  headcount Int64,
  minutes Int64
)
ENGINE = SummingMergeTree((events, headcount, minutes))
PARTITION BY toYYYYMM(day)
ORDER BY (day, h3, source)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS h3_daily_mv TO h3_daily AS
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day, h3, source,
  sum(sign) AS events,
  sum(toInt64(sign) * headcount) AS headcount,
  sum(toInt64(sign) * duration_min) AS minutes
FROM events_raw
WHERE h3 != 0
GROUP BY day, h3, source;
