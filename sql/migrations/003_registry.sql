-- What the service knows besides events: sources, keys, refused records, imported geography, its own settings.
-- Rows are never updated in place: a newer version replaces an older one (ReplacingMergeTree, read with FINAL).

-- A row: one registered source of events.
CREATE TABLE IF NOT EXISTS sources
(
  source_id String,
  source Enum8('centre' = 1, 'mobile_library' = 2, 'online_course' = 3),
  name String,
  kind LowCardinality(String),
  lon Nullable(Float64),                     -- degrees, WGS 84
  lat Nullable(Float64),
  ward LowCardinality(String),               -- '' none
  seats Nullable(UInt32),
  hours String,                              -- as OpenStreetMap writes opening hours
  computers Nullable(UInt32),
  internet Nullable(Bool),
  updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY source_id;

-- A row: one refused record, without the learner's id; kept 30 days.
CREATE TABLE IF NOT EXISTS rejects
(
  received_at DateTime64(3, 'UTC'),
  source LowCardinality(String),
  source_id String,
  event_id String,
  reason LowCardinality(String),
  detail String,
  key_id String,                             -- who sent it
  record String                              -- the known fields as JSON, no learner id; '' for bad_json
)
ENGINE = MergeTree
PARTITION BY toDate(received_at)
ORDER BY (received_at, reason)
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

-- A row: one key; only a slow hash of its secret is kept.
CREATE TABLE IF NOT EXISTS access_keys
(
  key_id String,
  name String,
  role LowCardinality(String),
  sources Array(String),                     -- an ingest key writes for these only; empty: any
  salt String,
  secret_hash String,                        -- scrypt, hex
  created_at DateTime64(3, 'UTC'),
  expires_at Nullable(DateTime64(3, 'UTC')),
  revoked Bool,
  updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY key_id;

-- A row: the imported polygon of one unit. The newest `version` of a division is the one in force.
CREATE TABLE IF NOT EXISTS boundaries
(
  division LowCardinality(String),
  version UInt32,
  code String,
  geometry String,                           -- GeoJSON geometry, degrees, WGS 84
  imported_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (division, version, code);

-- A row: one imported base-map feature collection (areas or lines).
CREATE TABLE IF NOT EXISTS basemap
(
  name LowCardinality(String),
  version UInt32,
  attribution String,                        -- whose data it is, as the page must say
  content String,                            -- GeoJSON FeatureCollection
  imported_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (name, version);

-- A row: residents of one unit from a newer table than the built-in one.
CREATE TABLE IF NOT EXISTS populations
(
  division LowCardinality(String),
  version UInt32,
  code String,
  population UInt32,
  source String,
  date Date,
  imported_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (division, version, code);

-- A row: one fact the service keeps about its store (demo, boundary versions, a relocation under way).
CREATE TABLE IF NOT EXISTS service_state
(
  name String,
  value String,
  updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY name;
