-- What an analyst sees: views whose names and columns are fixed, each column explained in Vietnamese and English
-- ("vi | en"), withdrawn events left out, learners as pseudonyms only. Tables behind them take other names where a view
-- needs theirs.

RENAME TABLE IF EXISTS sources TO source_register;

RENAME TABLE IF EXISTS rejects TO refused_records;

RENAME TABLE IF EXISTS vehicle_positions TO position_log;

-- A row: one unit of one division as it is in force, under one state of the imports.
CREATE TABLE IF NOT EXISTS area_units
(
  version String,                            -- hash of the rows of a state
  level LowCardinality(String),              -- ward or district
  division LowCardinality(String),
  code String,
  name String,
  name_en String,
  parent String,
  population Nullable(UInt32),
  area_km2 Nullable(Float64),
  density_per_km2 Nullable(Float64),
  lon Nullable(Float64),                     -- degrees, WGS 84
  lat Nullable(Float64),
  boundary LowCardinality(String)            -- official or schematic
)
ENGINE = ReplacingMergeTree
PARTITION BY version
ORDER BY (version, division, level, code);

-- A row: one part of an old ward.
CREATE TABLE IF NOT EXISTS area_crosswalk
(
  version String,
  old_ward String,
  old_name String,
  old_district String,
  new_ward String,
  new_name String,
  divided Bool
)
ENGINE = ReplacingMergeTree
PARTITION BY version
ORDER BY (version, old_ward, new_ward);

-- A row: one question in SQL that somebody asked, whether it ran or was refused. Numbers that may be an id are masked in
-- its text, and values of its parameters are not kept.
CREATE TABLE IF NOT EXISTS analyst_queries
(
  at DateTime64(3, 'UTC'),
  query_id String,
  key_id String,
  role LowCardinality(String),
  door LowCardinality(String),               -- http or port
  state LowCardinality(String),              -- finished, failed, refused or cancelled
  reason LowCardinality(String),
  code UInt32,                               -- the engine's code of the error; 0 none
  message String,
  query String,
  format LowCardinality(String),
  rows_read UInt64,
  bytes_read UInt64,
  result_bytes UInt64,
  elapsed_ms UInt32,
  waited_ms UInt32
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY at
TTL toDateTime(at) + INTERVAL 13 MONTH
SETTINGS ttl_only_drop_parts = 1;

-- A row: one saved question; the newest of an id counts.
CREATE TABLE IF NOT EXISTS saved_queries
(
  id String,
  owner String,                              -- key id
  title String,
  description String,
  sql String,
  parameters String,                         -- JSON
  draw String,                               -- JSON; '' none
  shared Bool,
  removed Bool,
  updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY id;

CREATE OR REPLACE VIEW wards
(
  code String COMMENT 'mã 5 chữ số của Tổng cục Thống kê | 5-digit code of the General Statistics Office',
  name String COMMENT 'tên có tiền tố, ví dụ Phường Sài Gòn | name with its prefix',
  name_en String COMMENT 'tên tiếng Anh | English name',
  parent String COMMENT 'mã quận cũ (3 chữ số) hoặc tỉnh cũ (2 chữ số) | code of the former district (3 digits) or province (2 digits)',
  division String COMMENT 'lần chia địa giới: 2025 hoặc pre-2025 | division: 2025 or pre-2025',
  population Nullable(UInt32) COMMENT 'số dân; null nếu không có bảng | residents; null where no table gives them',
  area_km2 Nullable(Float64) COMMENT 'diện tích, km² | area, km²',
  density_per_km2 Nullable(Float64) COMMENT 'dân/km² | residents per km²',
  lon Nullable(Float64) COMMENT 'kinh độ của một điểm trong phường, độ | longitude of a point inside, degrees',
  lat Nullable(Float64) COMMENT 'vĩ độ của một điểm trong phường, độ | latitude of a point inside, degrees',
  boundary String COMMENT 'official: ranh giới chính thức; schematic: sơ đồ | official or schematic boundary'
) AS
SELECT code, name, name_en, parent, division, population, area_km2, density_per_km2, lon, lat, boundary
FROM area_units FINAL
WHERE level = 'ward' AND version = (SELECT value FROM service_state FINAL WHERE name = 'areas_version')
ORDER BY division, code
COMMENT 'Phường, xã, đặc khu của mỗi lần chia địa giới | Wards of each division';

CREATE OR REPLACE VIEW districts
(
  code String COMMENT 'mã quận huyện cũ (3 chữ số) hoặc tỉnh cũ (2 chữ số) | code of the former district (3 digits) or province (2 digits)',
  name String COMMENT 'tên | name',
  name_en String COMMENT 'tên tiếng Anh | English name',
  parent String COMMENT 'luôn trống: thuộc thành phố | always empty: part of the city',
  division String COMMENT 'lần chia địa giới: 2025 hoặc pre-2025 | division: 2025 or pre-2025',
  population Nullable(UInt32) COMMENT 'số dân | residents',
  area_km2 Nullable(Float64) COMMENT 'diện tích, km² | area, km²',
  density_per_km2 Nullable(Float64) COMMENT 'dân/km² | residents per km²',
  lon Nullable(Float64) COMMENT 'kinh độ của một điểm bên trong, độ | longitude of a point inside, degrees',
  lat Nullable(Float64) COMMENT 'vĩ độ của một điểm bên trong, độ | latitude of a point inside, degrees',
  boundary String COMMENT 'official: ranh giới chính thức; schematic: sơ đồ | official or schematic boundary'
) AS
SELECT code, name, name_en, parent, division, population, area_km2, density_per_km2, lon, lat, boundary
FROM area_units FINAL
WHERE level = 'district' AND version = (SELECT value FROM service_state FINAL WHERE name = 'areas_version')
ORDER BY division, code
COMMENT 'Quận huyện cũ, và hai tỉnh cũ | Former districts, and the two former provinces';

CREATE OR REPLACE VIEW crosswalk
(
  old_ward String COMMENT 'mã phường trước 2025 | ward of division pre-2025',
  old_name String COMMENT 'tên phường trước 2025 | its name',
  old_district String COMMENT 'mã quận huyện cũ | its district',
  new_ward String COMMENT 'mã đơn vị từ 2025 | unit of division 2025',
  new_name String COMMENT 'tên đơn vị từ 2025 | its name',
  divided Bool COMMENT 'phường cũ bị chia cho nhiều đơn vị mới | the old ward was split over several units'
) AS
SELECT old_ward, old_name, old_district, new_ward, new_name, divided
FROM area_crosswalk FINAL
WHERE version = (SELECT value FROM service_state FINAL WHERE name = 'areas_version')
ORDER BY old_ward, new_ward
COMMENT 'Phường cũ nay thuộc đơn vị nào | Old wards and the units they went to';

CREATE OR REPLACE VIEW residents_grid
(
  h3 UInt64 COMMENT 'ô H3 mức 9 | H3 cell, resolution 9',
  ward String COMMENT 'mã phường 2025 | ward of division 2025',
  population UInt32 COMMENT 'số dân trong ô; cộng các ô bằng đúng số dân của phường | residents; a ward''s cells sum to its residents exactly',
  grid_quality String COMMENT 'even: chia đều; low: phỏng đoán (dưới 1.500 dân/km²); imported: từ lưới đã nhập | even, low (a guess) or imported'
) AS
SELECT h3, ward, population, grid_quality
FROM residents_cells FINAL
WHERE version = (SELECT value FROM service_state FINAL WHERE name = 'residents_version')
COMMENT 'Dân cư theo ô lưới H3 | Residents by H3 cell';

CREATE OR REPLACE VIEW events
(
  event_id UUID COMMENT 'mã sự kiện do nơi gửi đặt | id given by the sender',
  occurred_at DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'thời điểm xảy ra, giờ thành phố | when it happened, city time',
  received_at DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'thời điểm nhận được, giờ thành phố | when it was received, city time',
  source LowCardinality(String) COMMENT 'centre: trung tâm; mobile_library: thư viện lưu động; online_course: lớp trực tuyến | kind of source',
  source_id LowCardinality(String) COMMENT 'mã trung tâm, xe hoặc lớp | the centre, vehicle or course',
  activity LowCardinality(String) COMMENT 'registered: đăng ký; attended: tham dự; borrowed: mượn; experienced: trải nghiệm; progressed: học tiếp; completed: hoàn thành; requested: yêu cầu chưa đáp ứng | what was done',
  learner UInt64 COMMENT 'bút danh của người học, 0: không nêu tên | pseudonym of the learner, 0: nobody named',
  learner_group Array(String) COMMENT 'nhóm người học: child, youth, worker, retiree, homemaker, disability, disadvantaged, other | groups of the learner',
  sex LowCardinality(String) COMMENT 'f: nữ; m: nam; x: khác; trống: không rõ | f, m, x or empty',
  home_ward LowCardinality(String) COMMENT 'phường nơi ở; trống: không rõ; nonresident: ngoài thành phố | ward of the home; empty: unknown; nonresident: outside the city',
  ward LowCardinality(String) COMMENT 'phường nơi diễn ra; trống: không rõ; 3 chữ số: chỉ biết quận cũ | ward where it happened; empty: unlocated; 3 digits: only the former district is known',
  district String COMMENT 'quận huyện cũ hoặc tỉnh cũ của nơi diễn ra | former district or province where it happened',
  lon Nullable(Float64) COMMENT 'kinh độ, độ | longitude, degrees, WGS 84',
  lat Nullable(Float64) COMMENT 'vĩ độ, độ | latitude, degrees, WGS 84',
  h3 UInt64 COMMENT 'ô H3 mức 9, 0: không có điểm | H3 cell, resolution 9; 0: no point',
  programme LowCardinality(String) COMMENT 'chương trình hoặc đợt vận động | tag of a campaign or programme',
  duration_min UInt16 COMMENT 'số phút | minutes',
  headcount UInt16 COMMENT 'số người | people',
  flags Array(String) COMMENT 'đánh dấu: ward_mismatch, schematic, unlocated, split_ward, nonresident, unregistered_source, late | marks of the row'
) AS
WITH
(
  SELECT (arrayConcat([''], groupArray(code)), arrayConcat([''], groupArray(parent)))
  FROM area_units FINAL
  WHERE level = 'ward' AND division = '2025'
    AND version = (SELECT value FROM service_state FINAL WHERE name = 'areas_version')
) AS parents
SELECT
  event_id,
  -- The type of the view's column alone would leave the hour of the day in UTC.
  toTimeZone(occurred_at, 'Asia/Ho_Chi_Minh') AS occurred_at,
  toTimeZone(received_at, 'Asia/Ho_Chi_Minh') AS received_at,
  toString(source) AS source,
  source_id,
  toString(activity) AS activity,
  learner,
  arrayMap(bit -> ['child', 'youth', 'worker', 'retiree', 'homemaker', 'disability', 'disadvantaged', 'other'][bit + 1], bitPositionsToArray(learner_groups)) AS learner_group,
  sex, home_ward, ward,
  transform(toString(ward), parents.1, parents.2, if(length(ward) < 5, toString(ward), '')) AS district,
  lon, lat, h3, programme, duration_min, headcount,
  arrayMap(bit -> ['ward_mismatch', 'schematic', 'unlocated', 'split_ward', 'nonresident', 'unregistered_source', 'late'][bit + 1], bitPositionsToArray(flags)) AS flags
FROM events_raw
WHERE sign = 1 AND event_id NOT IN (SELECT event_id FROM event_voids)
COMMENT 'Mỗi dòng một lượt học đang được tính; lượt đã rút lại không có ở đây | One event that counts a row; withdrawn ones are left out';

CREATE OR REPLACE VIEW activity_hourly
(
  hour DateTime('Asia/Ho_Chi_Minh') COMMENT 'đầu giờ, giờ thành phố | start of the hour, city time',
  ward LowCardinality(String) COMMENT 'phường nơi diễn ra; trống: không rõ | ward where it happened; empty: unlocated',
  home_ward LowCardinality(String) COMMENT 'phường nơi ở nêu trong sự kiện; trống: không rõ | home ward given in the event; empty: unknown',
  district String COMMENT 'quận huyện cũ hoặc tỉnh cũ của nơi diễn ra | former district or province where it happened',
  source LowCardinality(String) COMMENT 'loại nguồn | kind of source',
  learner_group Array(String) COMMENT 'nhóm người học | groups of the learners',
  programme LowCardinality(String) COMMENT 'chương trình | programme',
  events UInt64 COMMENT 'số lượt | events',
  headcount UInt64 COMMENT 'số người | people',
  minutes UInt64 COMMENT 'số phút | minutes',
  learners AggregateFunction(uniqExact, UInt64) COMMENT 'người học khác nhau, gộp bằng uniqExactMerge(learners) | distinct learners, merged by uniqExactMerge(learners)'
) AS
SELECT
  toStartOfHour(toDateTime(occurred_at, 'Asia/Ho_Chi_Minh')) AS hour,
  ward, home_ward, district, source, learner_group, programme,
  count() AS events,
  sum(events.headcount) AS headcount,
  sum(duration_min) AS minutes,
  uniqExactStateIf(learner, learner != 0 AND activity != 'registered') AS learners
FROM events
GROUP BY hour, ward, home_ward, district, source, learner_group, programme
COMMENT 'Hoạt động theo giờ | Activity by hour';

CREATE OR REPLACE VIEW activity_daily
(
  day Date COMMENT 'ngày, giờ thành phố | day, city time',
  ward LowCardinality(String) COMMENT 'phường nơi diễn ra; trống: không rõ | ward where it happened; empty: unlocated',
  home_ward LowCardinality(String) COMMENT 'phường nơi ở nêu trong sự kiện; trống: không rõ | home ward given in the event; empty: unknown',
  district String COMMENT 'quận huyện cũ hoặc tỉnh cũ của nơi diễn ra | former district or province where it happened',
  source LowCardinality(String) COMMENT 'loại nguồn | kind of source',
  learner_group Array(String) COMMENT 'nhóm người học | groups of the learners',
  programme LowCardinality(String) COMMENT 'chương trình | programme',
  events UInt64 COMMENT 'số lượt | events',
  headcount UInt64 COMMENT 'số người | people',
  minutes UInt64 COMMENT 'số phút | minutes',
  learners AggregateFunction(uniqExact, UInt64) COMMENT 'người học khác nhau, gộp bằng uniqExactMerge(learners) | distinct learners, merged by uniqExactMerge(learners)'
) AS
SELECT
  toDate(occurred_at, 'Asia/Ho_Chi_Minh') AS day,
  ward, home_ward, district, source, learner_group, programme,
  count() AS events,
  sum(events.headcount) AS headcount,
  sum(duration_min) AS minutes,
  uniqExactStateIf(learner, learner != 0 AND activity != 'registered') AS learners
FROM events
GROUP BY day, ward, home_ward, district, source, learner_group, programme
COMMENT 'Hoạt động theo ngày | Activity by day';

-- A row: what one batch gave of one source: events that were taken, and copies of events taken before.
CREATE TABLE IF NOT EXISTS received_hourly
(
  hour DateTime('Asia/Ho_Chi_Minh'),
  source LowCardinality(String),
  source_id LowCardinality(String),
  duplicates UInt64
)
ENGINE = SummingMergeTree(duplicates)
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, source, source_id)
TTL hour + INTERVAL 13 MONTH;

CREATE OR REPLACE VIEW ingest_hourly
(
  hour DateTime('Asia/Ho_Chi_Minh') COMMENT 'giờ nhận, giờ thành phố | hour of receipt, city time',
  source String COMMENT 'loại nguồn; trống: không rõ | kind of source; empty: unknown',
  source_id String COMMENT 'mã nguồn; trống: không rõ | the source; empty: unknown',
  accepted UInt64 COMMENT 'số lượt đã nhận, kể cả lượt rút lại về sau | events taken, also those withdrawn later',
  duplicates UInt64 COMMENT 'số bản gửi lại, không tính hai lần | copies sent again, counted once',
  rejected UInt64 COMMENT 'số bản ghi bị từ chối (giữ 30 ngày) | records refused (kept 30 days)',
  rejects Map(String, UInt64) COMMENT 'số bị từ chối theo lý do | refused by reason'
) AS
SELECT
  hour, source, source_id,
  sum(taken) AS accepted,
  sum(copies) AS duplicates,
  sum(refused) AS rejected,
  sumMap(mapFilter((name, n) -> n > 0, map(reason, refused))) AS rejects
FROM
(
  SELECT
    toStartOfHour(toDateTime(received_at, 'Asia/Ho_Chi_Minh')) AS hour,
    toString(source) AS source, toString(source_id) AS source_id, '' AS reason,
    count() AS taken, toUInt64(0) AS copies, toUInt64(0) AS refused
  FROM events_raw
  WHERE sign = 1
  GROUP BY hour, source, source_id
  UNION ALL
  SELECT hour, toString(source), toString(source_id), '' AS reason, 0, sum(duplicates), 0
  FROM received_hourly
  GROUP BY hour, source, source_id
  UNION ALL
  SELECT
    toStartOfHour(toDateTime(received_at, 'Asia/Ho_Chi_Minh')) AS hour,
    toString(source), source_id, toString(reason), 0, 0, count()
  FROM refused_records
  GROUP BY hour, source, source_id, reason
)
GROUP BY hour, source, source_id
COMMENT 'Tiếp nhận dữ liệu theo giờ và nguồn | What was received, by hour and source';

CREATE OR REPLACE VIEW sources
(
  source_id String COMMENT 'mã trung tâm, xe hoặc lớp | the centre, vehicle or course',
  source String COMMENT 'loại nguồn | kind of source',
  name String COMMENT 'tên; chưa đăng ký thì là mã | name; the id where nobody registered it',
  kind String COMMENT 'centre, school, library, culture_house, workplace, vehicle, course, channel | kind of place',
  lon Nullable(Float64) COMMENT 'kinh độ, độ | longitude, degrees, WGS 84',
  lat Nullable(Float64) COMMENT 'vĩ độ, độ | latitude, degrees, WGS 84',
  ward String COMMENT 'mã phường; trống: không có | ward; empty: none',
  seats Nullable(UInt32) COMMENT 'số chỗ | seats',
  hours String COMMENT 'giờ mở cửa theo cách viết của OpenStreetMap | opening hours as OpenStreetMap writes them',
  computers Nullable(UInt32) COMMENT 'số máy tính | computers',
  internet Nullable(Bool) COMMENT 'có Internet | whether there is Internet',
  registered Bool COMMENT 'đã được đăng ký | somebody registered it',
  first_seen Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')) COMMENT 'lần đầu nhận được | first heard',
  last_seen Nullable(DateTime64(3, 'Asia/Ho_Chi_Minh')) COMMENT 'lần gần nhất nhận được | last heard',
  events Int64 COMMENT 'số lượt đang được tính | events that count'
) AS
SELECT
  if(reg.source_id != '', reg.source_id, heard.source_id) AS source_id,
  if(reg.source_id != '', toString(reg.source), heard.source) AS source,
  if(reg.source_id != '', reg.name, heard.source_id) AS name,
  if(reg.source_id != '', toString(reg.kind), transform(heard.source, ['centre', 'mobile_library', 'online_course'], ['centre', 'vehicle', 'course'], '')) AS kind,
  reg.lon, reg.lat, toString(reg.ward) AS ward, reg.seats, reg.hours, reg.computers, reg.internet,
  reg.source_id != '' AS registered,
  if(heard.source_id = '', NULL, toTimeZone(heard.first_seen, 'Asia/Ho_Chi_Minh')) AS first_seen,
  if(heard.source_id = '', NULL, toTimeZone(heard.last_seen, 'Asia/Ho_Chi_Minh')) AS last_seen,
  heard.events
FROM (SELECT * FROM source_register FINAL WHERE NOT removed) AS reg
FULL OUTER JOIN
(
  SELECT
    toString(source_id) AS source_id,
    toString(argMax(seen.source, seen.last_seen)) AS source,
    min(seen.first_seen) AS first_seen, max(seen.last_seen) AS last_seen, sum(seen.events) AS events
  FROM seen_sources AS seen
  GROUP BY source_id
) AS heard ON reg.source_id = heard.source_id
SETTINGS join_use_nulls = 0
COMMENT 'Trung tâm, xe, lớp học, kể cả nơi chưa đăng ký | Centres, vehicles and courses, those that nobody registered included';

CREATE OR REPLACE VIEW vehicle_positions
(
  source_id LowCardinality(String) COMMENT 'mã xe | the vehicle',
  at DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'thời điểm đo, giờ thành phố | when it was measured, city time',
  received_at DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'thời điểm nhận được | when it was received',
  lon Float64 COMMENT 'kinh độ, độ | longitude, degrees, WGS 84',
  lat Float64 COMMENT 'vĩ độ, độ | latitude, degrees, WGS 84',
  speed_kmh Nullable(Float32) COMMENT 'tốc độ, km/h | speed, km/h',
  heading Nullable(Float32) COMMENT 'hướng, độ theo chiều kim đồng hồ từ hướng bắc | degrees clockwise from north',
  accuracy_m Nullable(Float32) COMMENT 'sai số, mét | accuracy, metres',
  battery Nullable(UInt8) COMMENT 'pin, phần trăm | battery, percent',
  flags Array(String) COMMENT 'đánh dấu: outside, imprecise, invalid, still | marks of the position'
) AS
SELECT
  source_id,
  toTimeZone(at, 'Asia/Ho_Chi_Minh') AS at,
  toTimeZone(received_at, 'Asia/Ho_Chi_Minh') AS received_at,
  lon, lat, speed_kmh, heading, accuracy_m, battery,
  arrayMap(bit -> ['outside', 'imprecise', 'invalid', 'still'][bit + 1], bitPositionsToArray(flags)) AS flags
FROM position_log FINAL
COMMENT 'Vị trí thư viện lưu động, giữ 91 ngày | Where mobile libraries were, kept 91 days';

CREATE OR REPLACE VIEW rejects
(
  received_at DateTime64(3, 'Asia/Ho_Chi_Minh') COMMENT 'thời điểm nhận, giờ thành phố | when it was received, city time',
  seq UInt32 COMMENT 'thứ tự trong lần gửi | position among those refused in one batch',
  source LowCardinality(String) COMMENT 'loại nguồn; trống: không rõ | kind of source; empty: unknown',
  source_id String COMMENT 'mã nguồn | the source',
  event_id String COMMENT 'mã sự kiện | id of the event',
  reason LowCardinality(String) COMMENT 'lý do từ chối | why it was refused',
  detail String COMMENT 'trường nào sai và được phép gì | which field was wrong and what is allowed',
  record String COMMENT 'các trường đã biết, JSON, không có mã người học | its known fields as JSON, without the learner''s id'
) AS
SELECT toTimeZone(received_at, 'Asia/Ho_Chi_Minh') AS received_at, seq, source, source_id, event_id, reason, detail, record
FROM refused_records
COMMENT 'Bản ghi bị từ chối, giữ 30 ngày | Refused records, kept 30 days';

-- The engine's own lists without the folders on the machine, for the tools that read them.
CREATE OR REPLACE VIEW system_tables AS
SELECT * REPLACE ('' AS metadata_path, CAST([] AS Array(String)) AS data_paths)
FROM system.tables;

CREATE OR REPLACE VIEW system_databases AS
SELECT * REPLACE ('' AS data_path, '' AS metadata_path)
FROM system.databases;
