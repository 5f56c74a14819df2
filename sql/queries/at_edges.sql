-- Not a query: which raw rows fall into the hours at a window's edges and count. The days lead to few of the rows.
toDate(occurred_at, 'Asia/Ho_Chi_Minh') IN
    (toDate(toDateTime({head_from:UInt32}), 'Asia/Ho_Chi_Minh'), toDate(toDateTime({tail_from:UInt32}), 'Asia/Ho_Chi_Minh'))
  AND ((occurred_at >= toDateTime({head_from:UInt32}) AND occurred_at < toDateTime({head_to:UInt32}))
    OR (occurred_at >= toDateTime({tail_from:UInt32}) AND occurred_at < toDateTime({tail_to:UInt32})))
  AND event_id NOT IN (SELECT event_id FROM event_voids)
