-- one row per KPI, as-of day, practice, payer and provider: what it adds to the KPI's numerator and denominator
with stated as (
    {%- for kpis in ['int_kpi__receivables', 'int_kpi__collections', 'int_kpi__denials', 'int_kpi__auto_post', 'int_kpi__clean_claims'] %}
    select
        kpi, as_of_date, period_start, period_end, coalesce(practice_id, 'all') as practice_id, payer_id,
        coalesce(provider_id, 'all') as provider_id,
        cast(numerator as decimal(28, 10)) as numerator, cast(denominator as decimal(28, 10)) as denominator
    from {{ ref(kpis) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    stated.kpi, stated.as_of_date, min(stated.period_start) as period_start, max(stated.period_end) as period_end, stated.practice_id,
    stated.payer_id, stated.provider_id,
    cast(coalesce(sum(stated.numerator), 0) as decimal(28, 10)) as numerator,
    cast(sum(stated.denominator) as decimal(28, 10)) as denominator,
    definition.unit, definition.date_basis,
    {{ payer_scope('stated.payer_id') }} as payer_scope,
    definition.definition_version
from stated
inner join {{ ref('definition') }} as definition on stated.kpi = definition.name
group by
    stated.kpi, stated.as_of_date, stated.practice_id, stated.payer_id, stated.provider_id, definition.unit, definition.date_basis,
    definition.definition_version
