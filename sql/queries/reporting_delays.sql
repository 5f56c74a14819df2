-- A row: events of one kind of source in columns: the hour they happened in (since 1970-01-01 00:00 on the city's clock),
-- hours of the clock until they were received, and how many. What was received before hour `as_of` only.
SELECT
  toString(source) AS source,
  groupArray(hour) AS hours,
  groupArray(delay_h) AS delays_h,
  groupArray(toUInt32(n)) AS events
FROM
(
  SELECT source, hour, delay_h, sum(events) AS n
  FROM reports_hourly
  WHERE hour >= {from_hour:UInt32} AND hour < {as_of:UInt32} AND hour + delay_h < {as_of:UInt32}
  GROUP BY source, hour, delay_h
  ORDER BY source, hour, delay_h
)
GROUP BY source
