-- A row: who answers for one ward in one campaign.
SELECT campaign_id, ward, name, telephone
FROM campaign_contacts FINAL
WHERE NOT removed
ORDER BY campaign_id, ward
