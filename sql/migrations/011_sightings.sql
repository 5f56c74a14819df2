-- Where mobile libraries were seen at work, so that access in a window never scans events.

-- A row: one mobile library seen in one hour at one place, to about 10 m, by the points that its events carry. Sums and
-- the first and last of them, withdrawn events among them; where `balance` is 0 all of them were withdrawn.
CREATE OR REPLACE TABLE mobile_seen_hourly
(
  hour DateTime('Asia/Ho_Chi_Minh'),
  source_id LowCardinality(String),
  lon_10m Float64,                           -- degrees, WGS 84, rounded to 4 decimals
  lat_10m Float64,
  first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  lon_sum SimpleAggregateFunction(sum, Float64),
  lat_sum SimpleAggregateFunction(sum, Float64),
  points SimpleAggregateFunction(sum, Int64),
  balance SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, source_id, lon_10m, lat_10m)
SETTINGS non_replicated_deduplication_window = 10000
AS SELECT
  toStartOfHour(toDateTime(occurred_at, 'Asia/Ho_Chi_Minh')) AS hour,
  source_id,
  round(assumeNotNull(lon), 4) AS lon_10m,
  round(assumeNotNull(lat), 4) AS lat_10m,
  min(occurred_at) AS first_at,
  max(occurred_at) AS last_at,
  sum(assumeNotNull(lon)) AS lon_sum,
  sum(assumeNotNull(lat)) AS lat_sum,
  toInt64(count()) AS points,
  toInt64(sum(sign)) AS balance
FROM events_raw
WHERE source = 'mobile_library' AND point_sent AND lon IS NOT NULL AND lat IS NOT NULL
GROUP BY hour, source_id, lon_10m, lat_10m
SETTINGS max_partitions_per_insert_block = 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS mobile_seen_hourly_mv TO mobile_seen_hourly AS
SELECT
  toStartOfHour(toDateTime(occurred_at, 'Asia/Ho_Chi_Minh')) AS hour,
  source_id,
  round(assumeNotNull(lon), 4) AS lon_10m,
  round(assumeNotNull(lat), 4) AS lat_10m,
  min(occurred_at) AS first_at,
  max(occurred_at) AS last_at,
  sum(assumeNotNull(lon)) AS lon_sum,
  sum(assumeNotNull(lat)) AS lat_sum,
  toInt64(count()) AS points,
  toInt64(sum(sign)) AS balance
FROM events_raw
WHERE source = 'mobile_library' AND point_sent AND lon IS NOT NULL AND lat IS NOT NULL
GROUP BY hour, source_id, lon_10m, lat_10m;
