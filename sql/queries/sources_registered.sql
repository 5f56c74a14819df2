-- A row: one registered source as it was registered last.
SELECT source_id, source, name, kind, lon, lat, ward, seats, hours, computers, internet
FROM sources FINAL
WHERE NOT removed
ORDER BY source_id
