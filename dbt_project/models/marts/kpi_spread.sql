-- one row per mean, as-of day, practice, payer, provider and number of days: how many items took so long; medians come from their sums
select
    event.kpi, span.as_of_date, min(span.start_on) as period_start, max(span.end_on) as period_end,
    coalesce(event.practice_id, 'all') as practice_id, event.payer_id, coalesce(event.provider_id, 'all') as provider_id, event.days,
    cast(sum(event.denominator) as bigint) as items,
    {{ payer_scope('event.payer_id') }} as payer_scope, max(definition.date_basis) as date_basis,
    max(definition.definition_version) as definition_version
from {{ ref('int_kpi__events') }} as event
inner join {{ ref('definition') }} as definition on event.kpi = definition.name
inner join {{ ref('kpi_span') }} as span
    on event.span = span.span and event.counted_from between span.start_on and span.end_on and event.known_by <= span.as_of_date
where event.days is not null
group by event.kpi, span.as_of_date, event.practice_id, event.payer_id, event.provider_id, event.days
having sum(event.denominator) <> 0
