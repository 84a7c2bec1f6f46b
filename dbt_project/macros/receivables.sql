-- the aging bucket of an age in days; no age means that no bill has gone out (the same as the warehouse's receivables.bucket)
{% macro aging_bucket(days) -%}
    case when {{ days }} <= 30 then '0-30'
         when {{ days }} <= 60 then '31-60'
         when {{ days }} <= 90 then '61-90'
         when {{ days }} <= 120 then '91-120'
         when {{ days }} > 120 then '121+'
         else 'not billed' end
{%- endmacro %}

-- the edition of a mart's definition; raise it in seeds/marts/definition.csv when a formula changes
{% macro definition_version(mart) -%}
    (select definition_version from {{ ref('definition') }} where name = '{{ mart }}')
{%- endmacro %}

-- who owes a receivable: the payer it stands with, or the patient
{% macro owing_payer(party, payer_id) -%}
    case when {{ party }} in ('patient', 'collections') then 'patient' else coalesce({{ payer_id }}, 'unknown') end
{%- endmacro %}

-- days in A/R of one payer; none for the patient, whose share was charged under a payer
{% macro days_in_ar(open_amount, payer_id) -%}
    case when {{ payer_id }} <> 'patient'
         then {{ ratio(open_amount, 'charges_amount') }} * {{ var('charge_window_days') }} end
{%- endmacro %}

-- which payers a row speaks of
{% macro payer_scope(payer_id) -%}
    case when {{ payer_id }} = 'patient' then 'patient' else 'one payer' end
{%- endmacro %}
