-- keep which payment each deposit is (deposits.sql), clear it, and say what does not come out
INSERT INTO posting.deposit_match
SELECT deposit_id, payment_id, CAST($today AS DATE), $run_id FROM deposit_pair;

INSERT INTO ledger_proposal
SELECT concat('deposit:', deposit_id), 'deposit', NULL, 'policy', 'deposit', CASE side WHEN 1 THEN 'BANK' ELSE 'CASH_CLEARING' END,
       CASE side WHEN 1 THEN 'none' ELSE cash END, side * tied_cents, $practice_id, payer_id, NULL, NULL, NULL, payment_id, NULL, NULL, deposited_on, file_id, row_no,
       policy_id, policy_version, 'DEPOSIT'
FROM deposit_pair CROSS JOIN (VALUES (1), (-1)) AS sides(side);

INSERT OR IGNORE INTO posting.exception
SELECT short_id('Q', concat_ws('|', 'DEPOSIT_AMOUNT', deposit_id)), 'DEPOSIT_AMOUNT', 'deposit', deposit_id, payment_id, NULL, NULL, cents - paid_cents,
       concat('deposit ', cents, ' cents, BPR02 ', paid_cents, ' cents'), false, CAST($today AS DATE), $run_id
FROM deposit_near
WHERE deposit_id NOT IN (SELECT deposit_id FROM deposit_near WHERE is_equal UNION ALL SELECT deposit_id FROM deposit_pair)
  AND payment_id NOT IN (SELECT payment_id FROM deposit_pair)
QUALIFY row_number() OVER (PARTITION BY deposit_id ORDER BY effective_on, payment_id) = 1;

INSERT OR IGNORE INTO posting.exception_closed
SELECT exception_id, 'matched_later', 'policy', CAST($today AS DATE), $run_id
FROM posting.exception WHERE code = 'DEPOSIT_AMOUNT' AND item_id IN (SELECT deposit_id FROM posting.deposit_match);
