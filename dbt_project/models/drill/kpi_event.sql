-- one row per thing a KPI of a span counts: counted_on puts it into the span, from known_on on it is known; what it adds to numerator and denominator
-- Each KPI is stated here once. A figure of an as-of day is the sum over rows counted in its span and known by then. What came later and
-- takes back what was known before is a row of its own below zero. A mean's rows are days (numerator) of an item each (denominator).
{%- set nothing = 'cast(null as varchar)' %}

{#- collections: what was paid and charged, by the payer the charges stand with #}
{%- for kpi, counted_on in [
    ('gross_collection_rate', 'posted_on'), ('net_collection_rate_cash', 'posted_on'),
    ('net_collection_rate_matched', 'service_on'), ('net_collection_rate_matched_maturing', 'service_on')] %}
select
    '{{ kpi }}' as kpi, {{ counted_on }} as counted_on, posted_on as known_on, claim_id, {{ nothing }} as payment_id, practice_id,
    charge_payer_id as payer_id, provider_id, movement as what,
    case when movement = 'payment' then -amount else 0 end as numerator, case when movement <> 'payment' then amount else 0 end as denominator
from {{ published('ar_movement') }}
where movement in ('payment', 'charge', 'responsibility'{{ "" if kpi == 'gross_collection_rate' else ", 'contractual'" }})
union all
{%- endfor %}

{#- what an average day charged, earned and brought in; the other part of these KPIs is a balance (int_kpi__receivables) #}
{%- for kpi, movements in [
    ('days_in_ar_gross', "'charge', 'responsibility'"), ('days_in_ar_netted', "'charge', 'responsibility'"),
    ('credit_balance_days', "'charge', 'responsibility', 'contractual'"), ('unapplied_cash_days', "'payment'")] %}
select
    '{{ kpi }}', posted_on, posted_on, claim_id, {{ nothing }}, practice_id, payer_id,
    {{ nothing if kpi == 'unapplied_cash_days' else 'provider_id' }}, movement, 0,
    {{ '-amount' if kpi == 'unapplied_cash_days' else 'amount' }}
from {{ published('ar_movement') }}
where movement in ({{ movements }})
union all
{%- endfor %}

{#- write-offs, over net revenue (charity: over gross charges) #}
{%- for kpi, condition in [
    ('denial_write_off_rate', "account = 'DENIAL_WO'"),
    ('avoidable_write_off_rate', "account = 'DENIAL_WO' and sub_account not in ('" ~ var('unavoidable_write_offs') | join("', '") ~ "')"),
    ('bad_debt_rate', "account = 'BAD_DEBT'"), ('charity_rate', "account = 'CHARITY'")] %}
select
    '{{ kpi }}', posted_on, posted_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, sub_account || ' write-off', amount, 0
from {{ published('off_ar_entry') }}
where {{ condition }}
union all
select '{{ kpi }}', posted_on, posted_on, claim_id, {{ nothing }}, practice_id, charge_payer_id, provider_id, movement, 0, amount
from {{ published('ar_movement') }}
where movement in ('charge', 'responsibility'{{ "" if kpi == 'charity_rate' else ", 'contractual'" }})
union all
{%- endfor %}

{#- patients' payments, and those that came by the seventh day after the service #}
select
    'pos_collections_rate', posted_on, posted_on, claim_id, payment_id, practice_id, payer_id, provider_id, 'payment of the patient',
    case when effective_on <= service_on + {{ var('pos_days') }} then amount else 0 end, amount
from {{ published('off_ar_entry') }}
where account = 'CASH_CLEARING'

{#- first answers, and what they refused, known once the denial is open #}
{%- for kpi, amount in [('claims', '1'), ('dollars', 'charge_amount')] %}
union all
select
    'initial_denial_rate_{{ kpi }}_by_remits', remit_on, posted_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'first answer', 0, {{ amount }}
from {{ published('first_answer') }}
{%- for basis in ['remits', 'submissions'] %}
union all
select
    'initial_denial_rate_{{ kpi }}_by_{{ basis }}', remit_on, greatest(posted_on, denied_on), claim_id, {{ nothing }}, practice_id, payer_id, provider_id,
    'refused by its first answer', {{ amount }}, {{ '0' if basis == 'remits' else 'null' }}
from {{ published('first_answer') }}
where is_denied
{%- endfor %}
{#- a month's submissions are the average of the three months before: a claim counts in each of the three after its own #}
{%- for months in [1, 2, 3] %}
union all
select
    'initial_denial_rate_{{ kpi }}_by_submissions', {{ plus_months(month_start('first_billed_on'), months) }}, first_billed_on, claim_id, {{ nothing }},
    practice_id, payer_id, provider_id, 'first sent, a third', 0, {{ amount }}
from {{ published('first_bill') }}
where {{ plus_months(month_start('first_billed_on'), months - 3) }} >= (
        select {{ month_start('min(first_posted_on)') }} from {{ published('kpi_span') }}
    )
{%- endfor %}
{%- endfor %}

{#- the first pass, until something undoes it #}
union all
select
    'first_pass_resolution_rate', remit_on, posted_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'first answer',
    case when is_first_pass then 1 else 0 end, 1
from {{ published('first_answer') }}
union all
select 'first_pass_resolution_rate', remit_on, undone_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'undone later', -1, 0
from {{ published('first_answer') }}
where is_first_pass and undone_on is not null

union all
select
    'zero_pay_primary_rate', posted_on, posted_on, claim_id, payment_id, practice_id, payer_id, provider_id, 'answer of the first payer',
    case when paid_amount = 0 then 1 else 0 end, 1
from {{ published('answer') }}
where payer_turn = 'primary' and not is_reversal and not is_duplicate

{#- what became of what was refused #}
{%- for kind in ['claims', 'dollars'] %}
{%- for kpi, won in [
    ('denial_overturn_rate', "won_by <> 'lost'"), ('denial_overturn_by_correction_rate', "won_by = 'correction'"),
    ('denial_overturn_by_appeal_rate', "won_by = 'appeal'"), ('denial_overturn_by_payer_rate', "won_by = 'payer'")] %}
union all
select
    '{{ kpi }}_{{ kind }}', resolved_on, known_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'refusal that ended: ' || won_by,
    case when {{ won }} then sign * {{ '1' if kind == 'claims' else 'recovered_amount' }} else 0 end, sign * {{ '1' if kind == 'claims' else 'denied_amount' }}
from {{ published('denial_resolution') }}
{%- endfor %}
{%- endfor %}
union all
select
    'denial_resolution_days_mean', resolved_on, known_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'refusal that ended: ' || won_by,
    sign * days, sign
from {{ published('denial_resolution') }}

{#- submissions on their way through the stages; a stage that was passed without a word is judged by the next one's #}
{%- for which in ['first', 'total'] %}
{%- for stage, name in [('interchange', 'ta1'), ('set', '999'), ('clearinghouse', '277ca_clearinghouse'), ('payer', '277ca_payer')] %}
union all
select
    'rejection_rate_{{ name }}_{{ which }}', {{ stage }}_on, {{ stage }}_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id,
    'version ' || version || ' sent', 0, 1
from {{ published('submission') }}
where {{ stage }}_on is not null{{ ' and version = 1' if which == 'first' else '' }}
union all
select
    'rejection_rate_{{ name }}_{{ which }}', {{ stage }}_on, {{ stage }}_rejected_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id,
    'version ' || version || ' sent', 1, 0
from {{ published('submission') }}
where {{ stage }}_rejected_on is not null{{ ' and version = 1' if which == 'first' else '' }}
{%- endfor %}
{%- endfor %}
union all
select
    'clearinghouse_acceptance_rate', gate_on, gate_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'first sent',
    case when gate_rejected_on <= gate_on then 0 else 1 end, 1
from {{ published('submission') }}
where version = 1 and gate_on is not null
union all
select 'clearinghouse_acceptance_rate', gate_on, gate_rejected_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'refused later', -1, 0
from {{ published('submission') }}
where version = 1 and gate_rejected_on > gate_on

{#- first submissions, and what people did about them #}
{%- for kpi, counted in [('clean_claim_rate', 'case when is_clean then 1 else 0 end'), ('touches_per_claim', '0')] %}
union all
select
    '{{ kpi }}', first_billed_on, first_billed_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'first sent', {{ counted }}, 1
from {{ published('first_bill') }}
{%- endfor %}
union all
select
    'touches_per_claim', bill.first_billed_on, touch.acted_on, bill.claim_id, {{ nothing }}, bill.practice_id, bill.payer_id, bill.provider_id,
    'touch of a person', 1, 0
from {{ published('touch') }} as touch
inner join {{ published('first_bill') }} as bill on touch.claim_id = bill.claim_id

{#- closed with no touch, until a touch or until something is owed again #}
union all
select
    'touchless_rate', closed_on, closed_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'closed',
    case when touched_on <= closed_on then 0 else 1 end, 1
from {{ published('closing') }}
union all
select
    'touchless_rate', closed_on, reopened_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'open again',
    case when touched_on < reopened_on then 0 else -1 end, -1
from {{ published('closing') }}
where reopened_on is not null
union all
select 'touchless_rate', closed_on, touched_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'touched later', -1, 0
from {{ published('closing') }}
where touched_on > closed_on and coalesce(touched_on < reopened_on, true)

{#- remittances: whole once all their lines posted by themselves #}
{%- for kpi, amount in [('lines', '1'), ('dollars', 'moved_amount')] %}
union all
select 'auto_post_rate_{{ kpi }}', received_on, received_on, claim_id, payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'line', 0, {{ amount }}
from {{ published('remit_line') }}
union all
select 'auto_post_rate_{{ kpi }}', received_on, auto_posted_on, claim_id, payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'line', {{ amount }}, 0
from {{ published('remit_line') }}
where auto_posted_on is not null
{%- endfor %}
union all
select 'auto_post_rate_claims', received_on, received_on, max(claim_id), payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'claim', 0, 1
from {{ published('remit_line') }}
group by remit_claim_id, payment_id, payer_id, received_on
union all
select 'auto_post_rate_claims', received_on, max(auto_posted_on), max(claim_id), payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'claim', 1, 0
from {{ published('remit_line') }}
group by remit_claim_id, payment_id, payer_id, received_on
having count(*) = count(auto_posted_on)
union all
select 'auto_post_rate_payments', received_on, received_on, {{ nothing }}, payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'payment', 0, 1
from {{ published('remit_payment') }}
union all
select 'auto_post_rate_payments', received_on, auto_posted_on, {{ nothing }}, payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'payment', 1, 0
from {{ published('remit_payment') }}
where auto_posted_on is not null

{#- payments with money in them, and the deposits that brought it #}
union all
select 'remit_reassociation_rate', effective_on, received_on, {{ nothing }}, payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'payment', 0, 1
from {{ published('remit_payment') }}
where paid_amount > 0
{%- for known_on, sign in [('matched_on', '1'), ('returned_on', '-1')] %}
union all
select 'remit_reassociation_rate', effective_on, greatest({{ known_on }}, received_on), {{ nothing }}, payment_id, {{ nothing }}, payer_id, {{ nothing }}, 'payment', {{ sign }}, 0
from {{ published('remit_payment') }}
where paid_amount > 0 and matched_on is not null and {{ known_on }} is not null
{%- endfor %}

{#- lines against their contract, for as long as a pricing stands #}
{%- for known_on, sign in [('priced_on', 1), ('until_on', -1)] %}
union all
select
    'underpayment_rate', remit_on, {{ known_on }}, claim_id, payment_id, practice_id, payer_id, provider_id, 'line with a contract rate',
    case when is_underpaid then {{ sign }} else 0 end, {{ sign }}
from {{ published('contract_line') }}
where is_priced and {{ known_on }} is not null
union all
select
    'underpayment_coverage', remit_on, {{ known_on }}, claim_id, payment_id, practice_id, payer_id, provider_id, 'line of a first payer',
    case when is_priced then {{ sign }} else 0 end, {{ sign }}
from {{ published('contract_line') }}
where {{ known_on }} is not null
{%- endfor %}

{#- lags, in calendar days #}
union all
select 'charge_lag_mean', entered_on, landed_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'encounter', days, 1
from {{ published('charge_entry') }}
union all
select 'claim_lag_mean', sent_on, accepted_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'claim first accepted', claim_days, 1
from {{ published('submission') }}
where is_first_accepted
union all
select 'payer_lag_mean', remit_on, posted_on, claim_id, {{ nothing }}, practice_id, payer_id, provider_id, 'first answer', payer_days, 1
from {{ published('first_answer') }}
where accepted_on is not null
union all
select 'posting_lag_mean', posted_on, posted_on, claim_id, payment_id, practice_id, payer_id, provider_id, 'remittance claim', posting_days, 1
from {{ published('answer') }}

{#- appointments, for as long as the practice says they were kept or missed #}
{%- for known_on, sign in [('updated_on', 1), ('until_on', -1)] %}
union all
select
    'no_show_rate', appointment_on, {{ known_on }}, {{ nothing }}, {{ nothing }}, {{ nothing }}, 'all', provider_id, 'appointment',
    case when is_missed then {{ sign }} else 0 end, {{ sign }}
from {{ published('appointment') }}
where {{ known_on }} is not null
{%- endfor %}
