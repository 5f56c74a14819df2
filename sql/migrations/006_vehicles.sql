-- Where mobile libraries were, as their phones and trackers report it, and what a day of it came to.

-- A row: one reported position. The same vehicle and time again is the same row: `preference` follows from the
-- content alone, so which of two different reports of one moment stays does not depend on which came first.
-- A day is a partition: late bursts touch few of them, and a day leaves the store as a whole. Positions are taken
-- until they are 90 days old; one day more is kept, so that a day that can still take a position is never half gone.
CREATE TABLE IF NOT EXISTS vehicle_positions
(
  source_id LowCardinality(String),
  at DateTime64(3, 'UTC'),                   -- when the device measured it
  received_at DateTime64(3, 'UTC'),
  lon Float64,                               -- degrees, WGS 84
  lat Float64,
  speed_kmh Nullable(Float32),               -- km/h, as the device says
  heading Nullable(Float32),                 -- degrees clockwise from north
  accuracy_m Nullable(Float32),              -- metres
  battery Nullable(UInt8),                   -- percent
  flags UInt8,                               -- bit set: outside imprecise invalid still
  preference UInt64,
  INDEX received received_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(preference)
PARTITION BY toDate(at, 'Asia/Ho_Chi_Minh')
ORDER BY (source_id, at)
TTL toDateTime(at) + INTERVAL 91 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000;

-- A row: one vehicle's day in the city's zone, derived from all its positions; kept longer than they are. A day's
-- positions only become more, so the state that counted most of them is the newest.
CREATE TABLE IF NOT EXISTS vehicle_days
(
  source_id LowCardinality(String),
  day Date,
  positions UInt32,
  jumps Array(DateTime64(3, 'UTC')),         -- times of positions that the vehicle cannot have reached
  stop_from Array(DateTime64(3, 'UTC')),     -- stops in the order of time: from, to, and their middle in degrees
  stop_to Array(DateTime64(3, 'UTC')),
  stop_lon Array(Float64),
  stop_lat Array(Float64),
  computed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(positions)
PARTITION BY toYYYYMM(day)
ORDER BY (source_id, day);
