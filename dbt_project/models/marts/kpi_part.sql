-- one row per KPI, as-of day, practice, payer and provider: what it adds to the KPI's numerator and denominator
with event as (
    select
        event.kpi, span.as_of_date, event.practice_id, event.payer_id, event.provider_id, sum(event.numerator) as numerator,
        sum(event.denominator) as denominator
    from {{ ref('int_kpi__events') }} as event
    inner join {{ ref('kpi_span') }} as span
        on event.span = span.span and event.counted_from between span.start_on and span.end_on and event.known_by <= span.as_of_date
    group by event.kpi, span.as_of_date, event.practice_id, event.payer_id, event.provider_id
),

stated as (
    select kpi, as_of_date, practice_id, payer_id, provider_id, numerator, denominator from event
    union all
    select kpi, as_of_date, practice_id, payer_id, provider_id, numerator, denominator from {{ ref('int_kpi__receivables') }}
)

select
    stated.kpi, stated.as_of_date, min(span.start_on) as period_start, max(span.end_on) as period_end,
    coalesce(stated.practice_id, 'all') as practice_id, stated.payer_id, coalesce(stated.provider_id, 'all') as provider_id,
    cast(coalesce(sum(stated.numerator), 0) as decimal(28, 10)) as numerator,
    cast(sum(stated.denominator) / max(definition.denominator_per) as decimal(28, 10)) as denominator,
    max(definition.unit) as unit, max(definition.date_basis) as date_basis,
    {{ payer_scope('stated.payer_id') }} as payer_scope,
    max(definition.definition_version) as definition_version
from stated
inner join {{ ref('definition') }} as definition on stated.kpi = definition.name
inner join {{ ref('kpi_span') }} as span on definition.span = span.span and stated.as_of_date = span.as_of_date
group by stated.kpi, stated.as_of_date, stated.practice_id, stated.payer_id, stated.provider_id
