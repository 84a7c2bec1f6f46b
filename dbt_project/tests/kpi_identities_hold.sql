-- fails with every as-of day on which parts of KPIs do not come to the whole they are parts of
with stated as (
    select kpi, as_of_date, coalesce(numerator, 0) as numerator, coalesce(denominator, 0) as denominator, value from {{ ref('kpi_summary') }}
),

part_of as (
    {%- for kind in ['claims', 'dollars'] %}
    {%- for who in ['correction', 'appeal', 'payer'] %}
    select 'denial_overturn_by_{{ who }}_rate_{{ kind }}' as part, 'denial_overturn_rate_{{ kind }}' as whole
    union all
    {%- endfor %}
    {%- endfor %}
    select 'gross_collection_rate', 'net_collection_rate_cash'
),

wins_are_all_wins as (
    select part_of.whole || ' is not the sum of its parts' as what, stated.as_of_date, sum(stated.numerator) as found
    from part_of
    inner join stated on part_of.part = stated.kpi
    group by part_of.whole, stated.as_of_date
    except all
    select kpi || ' is not the sum of its parts', as_of_date, numerator from stated where kpi in (select whole from part_of)
),

-- what was rejected in all, of whichever stage, is what the claims' diaries say
rejected as (
    select sum(numerator) as rejections from {{ ref('kpi_event') }} where kpi like 'rejection_rate_%_total'
),

diary as (
    select count(*) as rejections from (
        select claim_id, version, interchange_rejected_on from {{ ref('int_submission') }} where interchange_rejected_on is not null
        union all
        select claim_id, version, set_rejected_on from {{ ref('int_submission') }} where set_rejected_on is not null
        union all
        select claim_id, version, clearinghouse_rejected_on from {{ ref('int_submission') }} where clearinghouse_rejected_on is not null
        union all
        select claim_id, version, payer_rejected_on from {{ ref('int_submission') }} where payer_rejected_on is not null
    ) as told
),

spread as (
    select kpi, as_of_date, sum(days * items) as days, sum(items) as items from {{ ref('kpi_spread') }} group by kpi, as_of_date
)

select what, as_of_date, found from wins_are_all_wins
union all
select 'rejections by stage are not those of the diaries', null, rejected.rejections
from rejected cross join diary where coalesce(rejected.rejections, 0) <> diary.rejections
union all
select stated.kpi || ' counts less than its first submissions', stated.as_of_date, stated.numerator
from stated
inner join stated as first on replace(stated.kpi, '_total', '_first') = first.kpi and stated.as_of_date = first.as_of_date
where stated.kpi like 'rejection_rate_%_total' and stated.numerator < first.numerator
union all
select stated.kpi || ' has other days than its spread', stated.as_of_date, stated.numerator
from stated
inner join spread on stated.kpi = spread.kpi and stated.as_of_date = spread.as_of_date
where stated.numerator <> spread.days or stated.denominator <> spread.items
union all
select 'the median lies above the 90th percentile: ' || median.kpi, median.as_of_date, median.value
from stated as median
inner join stated as p90 on replace(median.kpi, '_median', '_p90') = p90.kpi and median.as_of_date = p90.as_of_date
where median.kpi like '%_median' and median.value > p90.value
union all
select 'avoidable write-offs are over another net revenue', avoidable.as_of_date, avoidable.numerator
from stated as avoidable
inner join stated as written_off on written_off.kpi = 'denial_write_off_rate' and avoidable.as_of_date = written_off.as_of_date
where avoidable.kpi = 'avoidable_write_off_rate' and avoidable.denominator <> written_off.denominator
union all
-- a share of what is counted: no less than nothing, no more than all
select 'no share: ' || stated.kpi, stated.as_of_date, stated.value
from stated
inner join {{ ref('definition') }} as definition on stated.kpi = definition.name
where definition.unit = 'ratio' and definition.family not in ('Receivables', 'Collections') and definition.name not like '%by_submissions'
    and stated.value not between 0 and 1
