-- A row: one alert, newest first, with who has seen it ('' nobody).
SELECT
  alerts.id AS id, kind, area, source_id, campaign,
  toUnixTimestamp64Milli(alerts.at) AS at_ms,
  toUnixTimestamp64Milli(raised_at) AS raised_ms,
  text, text_en, value, expected,
  seen.by AS seen_by,
  toUnixTimestamp64Milli(seen.at) AS seen_ms,
  seen.note AS seen_note
FROM (SELECT * FROM alerts LIMIT 1 BY id) AS alerts
LEFT JOIN (SELECT * FROM alert_acknowledgements FINAL) AS seen ON seen.id = alerts.id
WHERE raised_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND raised_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ({id:String} = '' OR alerts.id = {id:String})
  AND ({kind:String} = '' OR kind = {kind:String})
  AND ({state:String} = 'all' OR (seen.by != '') = ({state:String} = 'acknowledged'))
ORDER BY raised_at DESC, id
LIMIT {limit:UInt32}
