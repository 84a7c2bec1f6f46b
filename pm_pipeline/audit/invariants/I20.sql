-- one row per closed month whose figures are not the ledger's up to its batch, do not follow the closing before, or lost their seal
SELECT close_id AS item, concat('A/R of ', practice_id, ' ', party, ' was closed at ', coalesce(CAST(frozen.closing_cents AS VARCHAR), 'nothing'), ' cents; the ledger it was closed on says ',
       coalesce(CAST(told.closing_cents AS VARCHAR), 'nothing'), CASE WHEN frozen.closing_cents = told.closing_cents THEN ', by other movements' ELSE '' END) AS text
FROM closing.roll_forward AS frozen FULL JOIN closing.roll_forward_now AS told USING (close_id, practice_id, party)
WHERE (frozen.opening_cents, frozen.late_cents, frozen.charges_cents, frozen.responsibility_cents, frozen.payments_cents, frozen.contractual_cents,
       frozen.write_offs_cents, frozen.transfers_cents, frozen.closing_cents)
    IS DISTINCT FROM (told.opening_cents, told.late_cents, told.charges_cents, told.responsibility_cents, told.payments_cents, told.contractual_cents,
       told.write_offs_cents, told.transfers_cents, told.closing_cents)
UNION ALL
SELECT close_id, concat('A/R of ', practice_id, ' ', party, ' does not roll forward: opening and movements come to ',
       opening_cents + late_cents + charges_cents + responsibility_cents + payments_cents + contractual_cents + write_offs_cents + transfers_cents, ' cents, closing is ', closing_cents)
FROM closing.roll_forward
WHERE closing_cents <> opening_cents + late_cents + charges_cents + responsibility_cents + payments_cents + contractual_cents + write_offs_cents + transfers_cents
UNION ALL
SELECT close_id, concat(practice_id, ' ', account, ':', sub_account, ' was closed at ', coalesce(CAST(frozen.closing_cents AS VARCHAR), 'nothing'), ' cents; the ledger it was closed on says ',
       coalesce(CAST(told.closing_cents AS VARCHAR), 'nothing'))
FROM closing.trial_balance AS frozen FULL JOIN closing.trial_balance_now AS told USING (close_id, practice_id, account, sub_account)
WHERE (frozen.opening_cents, frozen.late_cents, frozen.debit_cents, frozen.credit_cents, frozen.closing_cents)
    IS DISTINCT FROM (told.opening_cents, told.late_cents, told.debit_cents, told.credit_cents, told.closing_cents)
UNION ALL
-- and with the late entries that are named, the ledger as it stands today
SELECT close_id, concat('A/R posted up to ', closed.last_on, ' is ', today.cents, ' cents; closed with ', coalesce(frozen.cents, 0), ', late since then ', coalesce(late.cents, 0))
FROM closing.closed
JOIN (
    SELECT close_id, sum(day.cents) AS cents
    FROM closing.closed AS each JOIN (SELECT posted_on, sum(cents) AS cents FROM ledger.entry WHERE account = 'AR' GROUP BY posted_on) AS day
      ON day.posted_on <= each.last_on
    GROUP BY close_id
) AS today USING (close_id)
LEFT JOIN (SELECT close_id, sum(closing_cents) AS cents FROM closing.roll_forward GROUP BY close_id) AS frozen USING (close_id)
LEFT JOIN (
    SELECT each.close_id, sum(late_txn.ar_cents) AS cents
    FROM closing.closed AS each JOIN closing.late_txn ON late_txn.posted_on <= each.last_on AND late_txn.batch_no > each.batch_no
    GROUP BY each.close_id
) AS late USING (close_id)
WHERE today.cents <> coalesce(frozen.cents, 0) + coalesce(late.cents, 0)
UNION ALL
SELECT period.close_id, concat('it opens with ', coalesce(opening.cents, 0), ' cents of A/R; ', before.close_id, ' closed with ', coalesce(ending.cents, 0))
FROM closing.period
JOIN closing.period AS before ON before.close_id = period.after_close_id
LEFT JOIN (SELECT close_id, sum(opening_cents) AS cents FROM closing.roll_forward GROUP BY close_id) AS opening ON opening.close_id = period.close_id
LEFT JOIN (SELECT close_id, sum(closing_cents) AS cents FROM closing.roll_forward GROUP BY close_id) AS ending ON ending.close_id = before.close_id
WHERE coalesce(opening.cents, 0) <> coalesce(ending.cents, 0)
UNION ALL
SELECT close_id, 'it does not follow the closing of the month before it, or the month is closed twice'
FROM (SELECT close_id, after_close_id, first_on, row_number() OVER (ORDER BY last_on, edition) AS place,
             lag(close_id) OVER (ORDER BY last_on, edition) AS close_id_before, lag(last_on) OVER (ORDER BY last_on, edition) AS last_on_before
      FROM closing.closed)
WHERE after_close_id IS DISTINCT FROM close_id_before OR (place > 1 AND first_on <> last_on_before + 1)
UNION ALL
SELECT period.close_id, concat('the link ', period.chain_seq, ' it was closed at is not in the chain of units of work')
FROM closing.period ANTI JOIN warehouse.chain ON chain.seq = period.chain_seq AND chain.hash = period.chain_hash
UNION ALL
-- what was closed or reopened is sealed, and what was sealed is there
SELECT coalesce(kept.close_id, string_split(sealed.digest, ' ')[2]),
       CASE WHEN kept.seal IS NULL THEN concat('the chain of units of work says: ', string_split(sealed.digest, ' ')[1], '; it is gone, or was changed')
            ELSE concat('its ', kept.act, ' is not in the chain of units of work as it stands here') END
FROM closing.seal AS kept
FULL JOIN (SELECT digest FROM warehouse.chain WHERE unit_name IN ('closing.close', 'closing.reopen')) AS sealed ON sealed.digest = kept.seal
WHERE kept.seal IS NULL OR sealed.digest IS NULL;
