-- Which refused records are asked for; read by rejects_page and rejects_by_reason. '' means any. Whoever may not see
-- all sees what the own key sent and what was refused for the own sources.
received_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND received_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ({source:String} = '' OR source = {source:String})
  AND ({source_id:String} = '' OR source_id = {source_id:String})
  AND ({reason:String} = '' OR reason = {reason:String})
  AND ({all:UInt8} = 1 OR key_id = {key_id:String} OR has({own_sources:Array(String)}, source_id))
