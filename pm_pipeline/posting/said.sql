-- what people decided about what waits: of each item and action the newest
CREATE OR REPLACE TEMP TABLE said AS
SELECT resolution.*, exception.code, exception.item_id, exception.remit_claim_id
FROM posting.resolution JOIN posting.exception USING (exception_id)
-- what was decided about a remittance claim before its match was taken back counts no more
WHERE NOT EXISTS (SELECT 1 FROM posting.unposting AS undo WHERE undo.remit_claim_id = exception.remit_claim_id AND undo.decided_at >= resolution.decided_at)
QUALIFY row_number() OVER (PARTITION BY item_id, action, CASE WHEN action = 'decide' THEN adjustment_id END ORDER BY decided_at DESC, resolution_id DESC) = 1;
