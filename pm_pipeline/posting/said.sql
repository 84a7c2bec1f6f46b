-- what people decided about what waits: of each item and action the newest
CREATE OR REPLACE TEMP TABLE said AS
SELECT resolution.*, exception.code, exception.item_id, exception.remit_claim_id
FROM posting.resolution JOIN posting.exception USING (exception_id)
QUALIFY row_number() OVER (PARTITION BY item_id, action, adjustment_id ORDER BY decided_at DESC, resolution_id DESC) = 1;
