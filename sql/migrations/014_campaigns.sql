-- Campaigns: what is aimed at, who answers for each ward, the moments that were reached; alerts and their way out.
-- Rows are never updated in place: a newer version replaces an older one (ReplacingMergeTree, read with FINAL).

-- A row: one campaign as it was saved last.
CREATE TABLE IF NOT EXISTS campaigns
(
  id String,
  name_vi String,
  name_en String,
  programmes Array(String),                  -- tags of the events that count
  first_day Date,                            -- of the city, inclusive
  last_day Date,                             -- of the city, inclusive
  areas Array(String),                       -- wards or former districts; empty: the whole city
  target_events Nullable(UInt64),
  target_learners Nullable(UInt64),
  target_minutes Nullable(UInt64),
  target_wards Nullable(UInt64),
  ward_targets String,                       -- JSON: {"ward": {"events": n, "learners": n, "minutes": n}}
  public Bool,
  saved_by String,                           -- id of the key
  updated_at DateTime64(3, 'UTC'),
  removed Bool DEFAULT false
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY id;

-- A row: who answers for one ward in one campaign. Personal data of officials: shown to leaders and above only.
CREATE TABLE IF NOT EXISTS campaign_contacts
(
  campaign_id String,
  ward String,
  name String,
  telephone String,
  updated_at DateTime64(3, 'UTC'),
  removed Bool DEFAULT false
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (campaign_id, ward);

-- A row: one target or round number that a campaign reached, and when that was first counted. Servers that see it
-- together write the same key; the earliest time stands.
CREATE TABLE IF NOT EXISTS campaign_moments
(
  campaign_id String,
  kind LowCardinality(String),               -- target, round
  level LowCardinality(String),              -- city, district, ward
  area String,                               -- '' the city
  measure LowCardinality(String),            -- events, learners, minutes, wards
  value UInt64,
  at SimpleAggregateFunction(min, DateTime64(3, 'UTC'))  -- received_at of the event that reached it
)
ENGINE = AggregatingMergeTree
ORDER BY (campaign_id, kind, level, area, measure, value);

-- A row: one alert. Its id follows from what it is about, so two servers raise the same one.
CREATE TABLE IF NOT EXISTS alerts
(
  id String,
  kind LowCardinality(String),               -- silent, surge, target
  area String,                               -- '' none
  source_id String,                          -- '' none
  campaign String,                           -- '' none
  at DateTime64(3, 'UTC'),                   -- what the alert is about happened
  raised_at DateTime64(3, 'UTC'),
  text String,                               -- Vietnamese
  text_en String,
  value Nullable(Float64),
  expected Nullable(Float64)
)
ENGINE = MergeTree
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000;

-- A row: who has seen an alert. The newest stands.
CREATE TABLE IF NOT EXISTS alert_acknowledgements
(
  id String,
  by String,                                 -- id of the key
  at DateTime64(3, 'UTC'),
  note String
)
ENGINE = ReplacingMergeTree(at)
ORDER BY id;

-- A row: one message on its way to the webhook, as it stands.
CREATE TABLE IF NOT EXISTS webhook_outbox
(
  id String,                                 -- webhook-id
  body String,                               -- JSON, sent and signed byte for byte
  created_at DateTime64(3, 'UTC'),
  attempts UInt16,
  next_at DateTime64(3, 'UTC'),              -- not before
  state LowCardinality(String),              -- waiting, sent, given_up
  answer String,                             -- what the last attempt came to
  version UInt32                             -- rises with every change: two servers that change one row agree
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
TTL toDateTime(created_at) + INTERVAL 90 DAY;

-- A row: which server makes one attempt. Inserted under a token that only the first insert passes.
CREATE TABLE IF NOT EXISTS webhook_claims
(
  id String,
  attempt UInt16,
  server UUID,
  claimed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(claimed_at)
ORDER BY (id, attempt)
TTL toDateTime(claimed_at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000;

-- Campaigns are counted as live as the map is: their readers need the tag of an event.
ALTER TABLE event_tail ADD COLUMN IF NOT EXISTS programme LowCardinality(String) DEFAULT '';

ALTER TABLE event_tail_mv MODIFY QUERY
SELECT
  received_at, event_id, occurred_at, source, source_id, learner, activity != 'registered' AS active, ward,
  lon, lat, duration_min, headcount, sign, programme
FROM events_raw
WHERE received_at > now64(3) - INTERVAL 2 DAY;
