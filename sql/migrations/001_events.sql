-- Raw learning activity events, the ids ever taken, and the tail that live readers follow.
-- Times are UTC in the engine; the city's day and hour are taken in Asia/Ho_Chi_Minh (+07:00 all year).

-- A row: one event as it was accepted. Sorted by (day, ward) because analysts and the rebuild of rollups read
-- days and wards; partitioned by month so that retention drops whole parts and a boundary import can swap them.
CREATE TABLE IF NOT EXISTS events_raw
(
  event_id UUID,
  occurred_at DateTime64(3, 'UTC'),
  received_at DateTime64(3, 'UTC'),
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  source_id LowCardinality(String),
  activity Enum8('registered' = 1, 'attended' = 2, 'borrowed' = 3, 'experienced' = 4, 'progressed' = 5, 'completed' = 6, 'requested' = 7),
  learner UInt64,                            -- pseudonym; 0: no learner named
  learner_id_type LowCardinality(String),
  learner_groups UInt8,                      -- bit set: child youth worker retiree homemaker disability disadvantaged other
  sex LowCardinality(String),
  home_ward LowCardinality(String),          -- '' unknown, 'nonresident' outside the city
  ward LowCardinality(String),               -- '' unlocated
  lon Nullable(Float64),                     -- degrees, WGS 84
  lat Nullable(Float64),
  point_sent Bool,
  located_by Enum8('point' = 1, 'ward' = 2, 'source' = 3, 'home' = 4, 'none' = 5),
  sent_ward LowCardinality(String),
  old_ward LowCardinality(String),           -- division pre-2025, where one was sent
  programme LowCardinality(String),
  duration_min UInt16,                       -- minutes
  headcount UInt16,                          -- people
  flags UInt16,                              -- bit set: ward_mismatch schematic unlocated split_ward nonresident unregistered_source late
  content_hash UInt64,
  sign Int8 DEFAULT 1,                       -- -1 withdraws what an equal row counted
  home_code UInt32 MATERIALIZED if(home_ward = 'nonresident', 99999, toUInt32OrZero(home_ward)),
  h3 UInt64 MATERIALIZED if(isNull(lon) OR isNull(lat), 0, geoToH3(assumeNotNull(lat), assumeNotNull(lon), 9))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(occurred_at, 'Asia/Ho_Chi_Minh')
ORDER BY (toDate(occurred_at, 'Asia/Ho_Chi_Minh'), ward, occurred_at)
SETTINGS non_replicated_deduplication_window = 10000;

-- A row: one id ever taken, with the hash of its content. Without TTL: an event is counted once for ever.
CREATE TABLE IF NOT EXISTS event_ids
(
  event_id UUID,
  content_hash UInt64
)
ENGINE = MergeTree
ORDER BY event_id
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS event_ids_mv TO event_ids AS
SELECT event_id, content_hash FROM events_raw WHERE sign = 1;

-- A row: what live readers need of an event, in the order it was received. Two days are kept.
CREATE TABLE IF NOT EXISTS event_tail
(
  received_at DateTime64(3, 'UTC'),
  event_id UUID,
  occurred_at DateTime64(3, 'UTC'),
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  source_id LowCardinality(String),
  learner UInt64,
  active UInt8,                              -- 1: the activity makes a learner (anything but registered)
  ward LowCardinality(String),
  lon Nullable(Float64),
  lat Nullable(Float64),
  duration_min UInt16,
  headcount UInt16,
  sign Int8
)
ENGINE = MergeTree
PARTITION BY toDate(received_at)
ORDER BY received_at
TTL toDateTime(received_at) + INTERVAL 2 DAY
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS event_tail_mv TO event_tail AS
SELECT
  received_at, event_id, occurred_at, source, source_id, learner, activity != 'registered' AS active, ward,
  lon, lat, duration_min, headcount, sign
FROM events_raw
WHERE received_at > now64(3) - INTERVAL 2 DAY;
