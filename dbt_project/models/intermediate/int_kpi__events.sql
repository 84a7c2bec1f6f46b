-- one row per KPI, day (or month) it counts from, as-of day it is known by, practice, payer, provider and, of a mean, number of days
select
    event.kpi, definition.span, {{ counted_from('event.counted_on', 'definition.span') }} as counted_from,
    {{ known_by('event.counted_on', 'event.known_on') }} as known_by, event.practice_id, event.payer_id, event.provider_id,
    case when definition.statistic = 'mean' then cast(event.numerator / event.denominator as integer) end as days,
    sum(event.numerator) as numerator, sum(event.denominator) as denominator
from {{ ref('kpi_event') }} as event
inner join {{ ref('definition') }} as definition on event.kpi = definition.name
group by 1, 2, 3, 4, 5, 6, 7, 8
