-- A row: one registered source as it was registered last.
SELECT source_id, source, name, kind, lon, lat, ward, seats, hours, computers, internet
FROM source_register FINAL
WHERE NOT removed
ORDER BY source_id
