-- The figures of coverage as a parameterised view: coverage(from = '2026-11-01', to = '2026-12-01', division = '2025',
-- basis = ''). A row is one area of a level; code '' holds what has no area (unlocated), code 'nonresident' who lives
-- outside the city. `basis` '': counts by place, learners and rates by home.
CREATE OR REPLACE VIEW coverage
(
  level String COMMENT 'ward: phường; district: quận huyện cũ | ward or district',
  code String COMMENT 'mã khu vực; trống: không rõ nơi; nonresident: ngoài thành phố | area; empty: unlocated; nonresident: lives outside the city',
  name String COMMENT 'tên | name',
  parent String COMMENT 'mã khu vực cha | parent area',
  events Int64 COMMENT 'số lượt | events',
  learners Int64 COMMENT 'người học khác nhau | distinct learners',
  headcount Int64 COMMENT 'số người | people',
  minutes Int64 COMMENT 'số phút | minutes',
  rate Nullable(Float64) COMMENT 'người học trên 1.000 dân | learners per 1,000 residents',
  rate_low Nullable(Float64) COMMENT 'cận dưới khoảng Wilson 95 % | lower bound, 95 % Wilson interval',
  rate_high Nullable(Float64) COMMENT 'cận trên khoảng Wilson 95 % | upper bound, 95 % Wilson interval',
  rate_known Nullable(Float64) COMMENT 'tỷ lệ không kể nơi ở phỏng đoán | the rate without guessed homes',
  rate_eb Nullable(Float64) COMMENT 'tỷ lệ làm trơn Bayes thực nghiệm | empirical Bayes rate',
  unreached Nullable(Float64) COMMENT 'còn thiếu bao nhiêu người học để bằng thành phố | learners that would bring it to the city''s rate',
  fallback_share Nullable(Float64) COMMENT 'phần người học có nơi ở phỏng đoán | share of learners whose home is guessed',
  linkable_share Nullable(Float64) COMMENT 'phần người học nhận ra được giữa các nguồn | share of learners that other sources can recognise',
  id_share Nullable(Float64) COMMENT 'phần lượt có nêu người học | share of events that name a learner',
  anonymous_low Int64 COMMENT 'lượt không nêu tên lớn nhất, số người | people in the largest event that names nobody',
  anonymous_high Int64 COMMENT 'tổng số người trong các lượt không nêu tên | people in all events that name nobody',
  population Nullable(UInt32) COMMENT 'số dân | residents',
  density_per_km2 Nullable(Float64) COMMENT 'dân/km² | residents per km²'
) AS
WITH
  parseDateTime64BestEffort({from:String}, 3, 'Asia/Ho_Chi_Minh') AS from_at,
  parseDateTime64BestEffort({to:String}, 3, 'Asia/Ho_Chi_Minh') AS to_at,
  toDate(from_at + toIntervalMillisecond(86399999), 'Asia/Ho_Chi_Minh') AS day_from,
  toDate(to_at, 'Asia/Ho_Chi_Minh') AS day_to,
  {division:String} = 'pre-2025' AS is_old,
  all_units AS
  (
    SELECT * FROM area_units FINAL
    WHERE version = (SELECT value FROM service_state FINAL WHERE name = 'areas_version')
  ),
  units AS (SELECT * FROM all_units WHERE division = {division:String}),
  -- Which area of a level a stored ward (or a former district whose ward is unknown) is part of.
  parts AS
  (
    SELECT level, toUInt32OrZero(code) AS ward_code, code AS area FROM units WHERE NOT (is_old AND level = 'ward')
    UNION ALL
    SELECT 'district' AS level, toUInt32OrZero(code) AS ward_code, parent AS area
    FROM all_units
    WHERE all_units.division = '2025' AND all_units.level = 'ward'
      AND parent IN (SELECT code FROM units WHERE units.level = 'district')
  ),
  levels AS (SELECT arrayJoin(if(is_old, ['district'], ['ward', 'district'])) AS level),
  -- What one learner did in one ward on one day, or in one event of the hours at the window's edges.
  learner_rows AS
  (
    SELECT learner, ward_code, events, active, headcount, minutes, home_key, linkable
    FROM learner_daily
    WHERE day >= day_from AND day < day_to
    UNION ALL
    SELECT
      learner, toUInt32OrZero(ward) AS ward_code, toInt32(1) AS events, toInt32(activity != 'registered') AS active,
      toInt32(headcount) AS headcount, toInt32(duration_min) AS minutes,
      if(home_code = 0, 0, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code) AS home_key,
      toUInt8(learner_id_type != 'local') AS linkable
    FROM events_raw
    WHERE learner != 0 AND sign = 1 AND event_id NOT IN (SELECT event_id FROM event_voids)
      AND occurred_at >= from_at AND occurred_at < to_at
      AND (toDate(occurred_at, 'Asia/Ho_Chi_Minh') < day_from OR toDate(occurred_at, 'Asia/Ho_Chi_Minh') >= day_to)
  ),
  people AS
  (
    SELECT
      learner,
      sum(active) > 0 AS counted,
      sum(events) AS did_events, sum(headcount) AS did_headcount, sum(minutes) AS did_minutes,
      toUInt32(bitAnd(max(home_key), 131071)) AS given_home,
      groupArrayIf(toUInt64(ward_code) * 65536 + events, home_key = 0) AS seen,
      if(given_home != 0, 0, arrayMax(
        w -> (arraySum(s -> if(intDiv(s, 65536) = w, s % 65536, 0), seen), w),
        arrayDistinct(arrayMap(s -> intDiv(s, 65536), seen))).2) AS seen_ward,
      any(linkable) AS known_elsewhere
    FROM learner_rows
    GROUP BY learner
  ),
  -- The home given last before the window, of those who gave none within it.
  earlier AS
  (
    SELECT learner, toUInt32(bitAnd(max(home_key), 131071)) AS home
    FROM
    (
      SELECT learner, home_key FROM learner_daily WHERE day < toDate(from_at, 'Asia/Ho_Chi_Minh')
      UNION ALL
      SELECT learner, toUInt64(toUnixTimestamp64Milli(occurred_at)) * 131072 + home_code
      FROM events_raw
      WHERE learner != 0 AND home_code != 0 AND sign = 1 AND event_id NOT IN (SELECT event_id FROM event_voids)
        AND toDate(occurred_at, 'Asia/Ho_Chi_Minh') = toDate(from_at, 'Asia/Ho_Chi_Minh') AND occurred_at < from_at
    )
    WHERE learner IN (SELECT learner FROM people WHERE given_home = 0)
    GROUP BY learner
  ),
  by_home AS
  (
    SELECT
      if(people.given_home != 0, people.given_home, earlier.home) AS home,
      if(home = 0, toUInt32(people.seen_ward), home) AS home_code,
      toInt64(countIf(counted)) AS learners,
      toInt64(countIf(counted AND home = 0)) AS fallback,
      toInt64(countIf(counted AND known_elsewhere = 1)) AS linkable,
      toInt64(sum(did_events)) AS events, toInt64(sum(did_headcount)) AS headcount, toInt64(sum(did_minutes)) AS minutes
    FROM people LEFT JOIN earlier ON people.learner = earlier.learner
    GROUP BY home, home_code
  ),
  counted AS
  (
    -- Events by place.
    SELECT
      levels.level AS level, parts.area AS area,
      toInt64(sums.events) AS events, toInt64(sums.headcount) AS headcount, toInt64(sums.minutes) AS minutes,
      toInt64(0) AS learners, toInt64(0) AS fallback, toInt64(0) AS linkable,
      toInt64(0) AS nameless, toInt64(0) AS nameless_headcount, toInt64(0) AS largest
    FROM
    (
      SELECT toUInt32OrZero(ward) AS ward_code, sum(events) AS events, sum(headcount) AS headcount, sum(minutes) AS minutes
      FROM
      (
        SELECT ward, events, headcount, minutes FROM place_daily WHERE day >= day_from AND day < day_to
        UNION ALL
        SELECT ward, toInt64(sign), toInt64(sign) * headcount, toInt64(sign) * duration_min
        FROM events_raw
        WHERE occurred_at >= from_at AND occurred_at < to_at
          AND (toDate(occurred_at, 'Asia/Ho_Chi_Minh') < day_from OR toDate(occurred_at, 'Asia/Ho_Chi_Minh') >= day_to)
      )
      WHERE {basis:String} != 'home'
      GROUP BY ward_code
    ) AS sums
    CROSS JOIN levels
    LEFT JOIN parts ON parts.level = levels.level AND parts.ward_code = sums.ward_code
    UNION ALL
    -- Events that name nobody, by place.
    SELECT levels.level, parts.area, toInt64(0), toInt64(0), toInt64(0), toInt64(0), toInt64(0), toInt64(0), toInt64(sums.nameless), toInt64(sums.people), sums.largest
    FROM
    (
      SELECT
        toUInt32OrZero(ward) AS ward_code, sum(n) AS nameless, toInt64(sum(n * size)) AS people,
        toInt64(maxIf(size, n > 0)) AS largest
      FROM
      (
        SELECT ward, size, sum(n) AS n
        FROM
        (
          SELECT ward, headcount AS size, events AS n FROM nameless_daily WHERE day >= day_from AND day < day_to
          UNION ALL
          SELECT ward, headcount, toInt64(sign)
          FROM events_raw
          WHERE learner = 0 AND occurred_at >= from_at AND occurred_at < to_at
            AND (toDate(occurred_at, 'Asia/Ho_Chi_Minh') < day_from OR toDate(occurred_at, 'Asia/Ho_Chi_Minh') >= day_to)
        )
        GROUP BY ward, size
      )
      WHERE {basis:String} != 'home'
      GROUP BY ward_code
    ) AS sums
    CROSS JOIN levels
    LEFT JOIN parts ON parts.level = levels.level AND parts.ward_code = sums.ward_code
    UNION ALL
    -- Learners by home; with basis home also what they did.
    SELECT
      levels.level, if(by_home.home = 99999, 'nonresident', parts.area),
      if({basis:String} = 'home', events, toInt64(0)), if({basis:String} = 'home', headcount, toInt64(0)), if({basis:String} = 'home', minutes, toInt64(0)),
      learners, fallback, linkable, toInt64(0), toInt64(0), toInt64(0)
    FROM by_home
    CROSS JOIN levels
    LEFT JOIN parts ON parts.level = levels.level AND parts.ward_code = by_home.home_code
    WHERE {basis:String} != 'place'
    UNION ALL
    -- Events that name nobody but a home.
    SELECT
      levels.level, if(sums.home_code = 99999, 'nonresident', parts.area),
      toInt64(sums.events), toInt64(sums.people), toInt64(sums.minutes), toInt64(0), toInt64(0), toInt64(0),
      toInt64(sums.events), toInt64(sums.people), sums.largest
    FROM
    (
      SELECT
        home_code, sum(toInt64(sign)) AS events, sum(toInt64(sign) * headcount) AS people,
        sum(toInt64(sign) * duration_min) AS minutes,
        toInt64(maxIf(headcount, sign = 1 AND event_id NOT IN (SELECT event_id FROM event_voids))) AS largest
      FROM events_raw
      WHERE {basis:String} = 'home' AND learner = 0 AND occurred_at >= from_at AND occurred_at < to_at
      GROUP BY home_code
    ) AS sums
    CROSS JOIN levels
    LEFT JOIN parts ON parts.level = levels.level AND parts.ward_code = sums.home_code
    UNION ALL
    -- Learners by place.
    SELECT
      levels.level, parts.area, toInt64(0), toInt64(0), toInt64(0),
      toInt64(uniqExactIf(learner, active > 0)), toInt64(0), toInt64(uniqExactIf(learner, active > 0 AND linkable = 1)),
      toInt64(0), toInt64(0), toInt64(0)
    FROM learner_rows
    CROSS JOIN levels
    LEFT JOIN parts ON parts.level = levels.level AND parts.ward_code = learner_rows.ward_code
    WHERE {basis:String} = 'place'
    GROUP BY levels.level, parts.area
    UNION ALL
    -- Wards of division pre-2025, from the events that named them.
    SELECT
      'ward', toString(old_ward), toInt64(count()), toInt64(sum(headcount)), toInt64(sum(duration_min)),
      toInt64(uniqExactIf(learner, learner != 0 AND activity != 'registered')), toInt64(0),
      toInt64(uniqExactIf(learner, learner != 0 AND activity != 'registered' AND learner_id_type != 'local')),
      toInt64(countIf(learner = 0)), toInt64(sumIf(headcount, learner = 0)), toInt64(maxIf(headcount, learner = 0))
    FROM events_raw
    WHERE is_old AND old_ward != '' AND sign = 1 AND event_id NOT IN (SELECT event_id FROM event_voids)
      AND occurred_at >= from_at AND occurred_at < to_at
    GROUP BY old_ward
  ),
  totals AS
  (
    SELECT
      level, area, sum(events) AS events, sum(headcount) AS headcount, sum(minutes) AS minutes, sum(learners) AS learners,
      sum(fallback) AS fallback, sum(linkable) AS linkable, sum(nameless) AS nameless,
      sum(nameless_headcount) AS nameless_headcount, max(largest) AS largest
    FROM counted
    GROUP BY level, area
  ),
  areas AS
  (
    SELECT
      toString(units.level) AS level, units.code AS code, units.name AS name, units.parent AS parent,
      units.population AS population, units.density_per_km2 AS density_per_km2,
      totals.events AS events, totals.headcount AS headcount, totals.minutes AS minutes, totals.learners AS learners,
      totals.fallback AS fallback, totals.linkable AS linkable, totals.nameless AS nameless,
      totals.nameless_headcount AS nameless_headcount, totals.largest AS largest
    FROM units LEFT JOIN totals ON totals.level = toString(units.level) AND totals.area = units.code
    UNION ALL
    SELECT
      level, area, '', '', NULL, NULL, events, headcount, minutes, learners, fallback, linkable, nameless,
      nameless_headcount, largest
    FROM totals
    WHERE area IN ('', 'nonresident')
  ),
  shares AS
  (
    SELECT
      *,
      if(population > 0, toFloat64(population), NULL) AS residents,
      learners / residents AS share,
      sumIf(learners, residents > 0) OVER (PARTITION BY level) / sum(residents) OVER (PARTITION BY level) AS m
    FROM areas
  ),
  moments AS
  (
    SELECT
      *,
      greatest(0, sum(residents * pow(share - m, 2)) OVER (PARTITION BY level) / sum(residents) OVER (PARTITION BY level)
        - m / (sum(residents) OVER (PARTITION BY level) / count(residents) OVER (PARTITION BY level))) AS between_variance
    FROM shares
  ),
  smoothed AS
  (
    SELECT
      *,
      m + if(between_variance = 0, 0, between_variance / (between_variance + m / residents)) * (share - m) AS share_eb,
      least(1, share) AS p,
      1.959963984540054 AS z,
      (p + z * z / (2 * residents)) AS centre,
      z * sqrt(p * (1 - p) / residents + z * z / (4 * residents * residents)) AS spread,
      1 + z * z / residents AS scale
    FROM moments
  )
SELECT
  level, code, name, parent, events, learners, headcount, minutes,
  1000 * learners / residents AS rate,
  1000 * greatest(0, (centre - spread) / scale) AS rate_low,
  1000 * least(1, (centre + spread) / scale) AS rate_high,
  1000 * (learners - fallback) / residents AS rate_known,
  1000 * share_eb AS rate_eb,
  greatest(0, m - share_eb) * residents AS unreached,
  if({basis:String} = 'place' OR learners = 0, NULL, fallback / learners) AS fallback_share,
  if(learners = 0, NULL, linkable / learners) AS linkable_share,
  if(events = 0, NULL, (events - nameless) / events) AS id_share,
  largest AS anonymous_low,
  nameless_headcount AS anonymous_high,
  population, density_per_km2
FROM smoothed
ORDER BY level DESC, code
SETTINGS join_use_nulls = 0
COMMENT 'Số liệu bao phủ như API: coverage(from = ''2026-11-01'', to = ''2026-12-01'', division = ''2025'', basis = '''') | The figures of coverage as the API gives them';
