import type { QueryParameter } from './saved-queries.ts';

/** How an answer is drawn: columns by their names. */
export type Draw =
  | { kind: 'table' }
  | { kind: 'line' | 'bar'; x: string; y: string[] }
  | { kind: 'map'; area?: string; lon?: string; lat?: string; h3?: string; value: string };

/** A worked example: a question that a city asks, in SQL. */
export type Example = {
  id: string;
  title: { vi: string; en: string };
  description: { vi: string; en: string };
  sql: string;
  parameters: QueryParameter[];
  draw: Draw;
};

const days = (count: number): QueryParameter => ({ name: 'days', type: 'UInt16', default: String(count) });

/** The worked examples of the SQL page, in the order in which they are shown. */
export const EXAMPLES: readonly Example[] = [
  {
    id: 'retirees-by-month',
    title: { vi: 'Người nghỉ hưu tham gia theo tháng', en: 'Retirees reached by month' },
    description: {
      vi: 'Mỗi tháng có bao nhiêu người nghỉ hưu khác nhau tham gia ít nhất một hoạt động ngoài đăng ký.',
      en: 'How many different retirees did at least one thing other than register, month by month.',
    },
    sql: `SELECT
  toStartOfMonth(occurred_at) AS month,
  uniqExact(learner) AS retirees,
  count() AS events
FROM events
WHERE has(learner_group, 'retiree')
  AND learner != 0 AND activity != 'registered'
  AND occurred_at >= today() - {days:UInt16}
GROUP BY month
ORDER BY month`,
    parameters: [days(366)],
    draw: { kind: 'line', x: 'month', y: ['retirees'] },
  },
  {
    id: 'wards-without-evenings',
    title: { vi: 'Phường không có hoạt động buổi tối', en: 'Wards with no evening activity' },
    description: {
      vi: 'Những phường không có lượt nào từ 18 đến 22 giờ, đông dân nhất ở trên.',
      en: 'Wards without a single event between 18 and 22 o’clock, the most residents first.',
    },
    sql: `SELECT code AS ward, name, population
FROM wards
WHERE division = '2025'
  AND code NOT IN
  (
    SELECT toString(ward)
    FROM events
    WHERE toHour(occurred_at) BETWEEN 18 AND 21
      AND occurred_at >= today() - {days:UInt16}
      AND source != 'online_course'
  )
ORDER BY population DESC`,
    parameters: [days(30)],
    draw: { kind: 'map', area: 'ward', value: 'population' },
  },
  {
    id: 'distance-home-to-place',
    title: { vi: 'Khoảng cách từ nhà đến nơi học', en: 'Median distance from home to place' },
    description: {
      vi: 'Khoảng cách giữa (km, đường thẳng, giữa tâm hai phường) từ phường nơi ở đến phường nơi học, theo quận của nơi ở.',
      en: 'Median straight distance (km) between the home ward’s point and the place’s ward’s point, by district of the home.',
    },
    sql: `SELECT
  home.parent AS district,
  round(quantileExact(0.5)(geoDistance(home.lon, home.lat, place.lon, place.lat)) / 1000, 2) AS median_km,
  count() AS events
FROM events AS e
INNER JOIN (SELECT code, parent, assumeNotNull(lon) AS lon, assumeNotNull(lat) AS lat FROM wards WHERE division = '2025') AS home
  ON home.code = toString(e.home_ward)
INNER JOIN (SELECT code, assumeNotNull(lon) AS lon, assumeNotNull(lat) AS lat FROM wards WHERE division = '2025') AS place
  ON place.code = toString(e.ward)
WHERE e.occurred_at >= today() - {days:UInt16} AND e.source != 'online_course'
GROUP BY district
ORDER BY median_km DESC`,
    parameters: [days(90)],
    draw: { kind: 'map', area: 'district', value: 'median_km' },
  },
  {
    id: 'weekly-retention',
    title: { vi: 'Người học quay lại theo tuần', en: 'Weekly retention of learners' },
    description: {
      vi: 'Trong những người bắt đầu ở mỗi tuần, bao nhiêu phần trăm còn hoạt động sau 1, 2, 3, 4 tuần.',
      en: 'Of the learners who began in each week, the percentage still active 1, 2, 3 and 4 weeks later.',
    },
    sql: `WITH active AS
(
  SELECT learner, groupUniqArray(toStartOfWeek(occurred_at, 1)) AS weeks, min(toStartOfWeek(occurred_at, 1)) AS first_week
  FROM events
  WHERE learner != 0 AND activity != 'registered' AND occurred_at >= toStartOfWeek(today() - {days:UInt16}, 1)
  GROUP BY learner
)
SELECT
  first_week AS week,
  count() AS began,
  round(100 * countIf(has(weeks, first_week + 7)) / began, 1) AS after_1_week,
  round(100 * countIf(has(weeks, first_week + 14)) / began, 1) AS after_2_weeks,
  round(100 * countIf(has(weeks, first_week + 21)) / began, 1) AS after_3_weeks,
  round(100 * countIf(has(weeks, first_week + 28)) / began, 1) AS after_4_weeks
FROM active
GROUP BY first_week
ORDER BY first_week`,
    parameters: [days(84)],
    draw: { kind: 'line', x: 'week', y: ['after_1_week', 'after_2_weeks', 'after_4_weeks'] },
  },
  {
    id: 'duplicates-by-source',
    title: { vi: 'Bản ghi gửi trùng theo nguồn', en: 'Duplicates by source' },
    description: {
      vi: 'Nguồn nào gửi lại nhiều nhất, và bao nhiêu bản ghi bị từ chối.',
      en: 'Which sources send things twice most often, and how many of their records are refused.',
    },
    sql: `SELECT
  source, source_id,
  sum(accepted) AS taken,
  sum(duplicates) AS copies,
  sum(rejected) AS refused,
  round(100 * copies / greatest(1, taken + copies), 2) AS copies_percent
FROM ingest_hourly
WHERE hour >= now() - toIntervalDay({days:UInt16})
GROUP BY source, source_id
ORDER BY copies DESC, refused DESC, taken DESC
LIMIT 100`,
    parameters: [days(30)],
    draw: { kind: 'table' },
  },
  {
    id: 'ten-most-unreached',
    title: { vi: 'Phường còn thiếu nhiều người học nhất', en: 'Wards with the most unreached learners' },
    description: {
      vi: 'Cần thêm bao nhiêu người học để phường bằng tỷ lệ toàn thành phố; cùng số với bản đồ.',
      en: 'How many more learners would bring a ward to the city’s rate; the same figures as the map.',
    },
    sql: `SELECT code AS ward, name, learners, round(rate, 2) AS per_1000, round(unreached) AS unreached
FROM coverage(from = {from:String}, to = {to:String}, division = '2025', basis = '')
WHERE level = 'ward' AND population > 0
ORDER BY unreached DESC
LIMIT 168`,
    parameters: [
      { name: 'from', type: 'String', default: '2026-11-01' },
      { name: 'to', type: 'String', default: '2026-12-01' },
    ],
    draw: { kind: 'map', area: 'ward', value: 'unreached' },
  },
  {
    id: 'cells-of-activity',
    title: { vi: 'Hoạt động theo ô lục giác', en: 'Activity by hexagon' },
    description: {
      vi: 'Số lượt trong mỗi ô H3 mức 9 (khoảng 0,1 km²).',
      en: 'Events in each H3 cell of resolution 9 (about 0.1 km²).',
    },
    sql: `SELECT h3, count() AS events, sum(duration_min) AS minutes
FROM events
WHERE h3 != 0 AND occurred_at >= today() - {days:UInt16}
GROUP BY h3
ORDER BY events DESC
LIMIT 20000`,
    parameters: [days(30)],
    draw: { kind: 'map', h3: 'h3', value: 'events' },
  },
  {
    id: 'reporting-delay',
    title: { vi: 'Báo cáo trễ bao lâu', en: 'How late sources report' },
    description: {
      vi: 'Từ lúc xảy ra đến lúc nhận được, theo loại nguồn và tuần.',
      en: 'From the event to its receipt, by kind of source and week.',
    },
    sql: `SELECT
  toStartOfWeek(occurred_at, 1) AS week,
  source,
  round(quantileExact(0.5)(dateDiff('minute', occurred_at, received_at)) / 60, 2) AS median_hours,
  round(quantileExact(0.95)(dateDiff('minute', occurred_at, received_at)) / 60, 2) AS p95_hours,
  count() AS events
FROM events
WHERE occurred_at >= today() - {days:UInt16}
GROUP BY week, source
ORDER BY week, source`,
    parameters: [days(56)],
    draw: { kind: 'line', x: 'week', y: ['median_hours', 'p95_hours'] },
  },
  {
    id: 'hours-of-the-week',
    title: { vi: 'Giờ nào trong tuần đông người học', en: 'Busy hours of the week' },
    description: {
      vi: 'Số lượt trung bình theo thứ và giờ.',
      en: 'Events by weekday and hour, averaged over the days.',
    },
    sql: `SELECT
  toDayOfWeek(occurred_at) AS weekday,
  toHour(occurred_at) AS hour,
  round(count() / uniqExact(toDate(occurred_at)), 1) AS events_a_day
FROM events
WHERE occurred_at >= today() - {days:UInt16} AND occurred_at < today()
GROUP BY weekday, hour
ORDER BY weekday, hour`,
    parameters: [days(56)],
    draw: { kind: 'bar', x: 'hour', y: ['events_a_day'] },
  },
  {
    id: 'learners-across-sources',
    title: { vi: 'Người học dùng mấy loại nguồn', en: 'Learners across kinds of sources' },
    description: {
      vi: 'Bao nhiêu người chỉ đến trung tâm, chỉ học trực tuyến, hoặc kết hợp.',
      en: 'How many learners use centres only, courses only, or several kinds together.',
    },
    sql: `SELECT arrayStringConcat(kinds, ' + ') AS combination, count() AS learners, round(avg(events), 1) AS events_each
FROM
(
  SELECT learner, arraySort(groupUniqArray(source)) AS kinds, count() AS events
  FROM events
  WHERE learner != 0 AND activity != 'registered' AND occurred_at >= today() - {days:UInt16}
  GROUP BY learner
)
GROUP BY combination
ORDER BY learners DESC`,
    parameters: [days(90)],
    draw: { kind: 'bar', x: 'combination', y: ['learners'] },
  },
  {
    id: 'people-without-activity-near',
    title: { vi: 'Nơi đông dân mà không có hoạt động', en: 'Residents with no activity around them' },
    description: {
      vi: 'Các ô H3 có dân mà trong ô và sáu ô quanh nó không có lượt nào.',
      en: 'Populated H3 cells without any event in the cell or the six around it.',
    },
    sql: `SELECT h3, ward, population
FROM residents_grid
WHERE population >= 100
  AND h3 NOT IN
  (
    SELECT arrayJoin(h3kRing(cell, 1))
    FROM
    (
      SELECT h3 AS cell
      FROM events
      WHERE h3 != 0 AND occurred_at >= today() - {days:UInt16}
      GROUP BY cell
    )
  )
ORDER BY population DESC
LIMIT 20000`,
    parameters: [days(90)],
    draw: { kind: 'map', h3: 'h3', value: 'population' },
  },
  {
    id: 'programmes',
    title: { vi: 'Chương trình nào tới được nhiều phường', en: 'Programmes and the wards they reached' },
    description: {
      vi: 'Số lượt, người học và số phường có người tham gia của mỗi chương trình.',
      en: 'Events, learners and wards reached by each programme.',
    },
    sql: `SELECT
  programme,
  sum(events) AS all_events,
  uniqExactMerge(learners) AS distinct_learners,
  uniqExactIf(ward, length(ward) = 5) AS wards_reached,
  sum(minutes) AS all_minutes
FROM activity_daily
WHERE day >= today() - {days:UInt16}
GROUP BY programme
ORDER BY all_events DESC`,
    parameters: [days(30)],
    draw: { kind: 'bar', x: 'programme', y: ['all_events', 'distinct_learners'] },
  },
];
