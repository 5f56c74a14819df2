-- A row: one message that waits for the webhook.
SELECT id, body, toUnixTimestamp64Milli(created_at) AS created_ms, attempts, toUnixTimestamp64Milli(next_at) AS next_ms, version
FROM webhook_outbox FINAL
WHERE state = 'waiting'
ORDER BY next_at
