-- fails with every KPI that does not have exactly one row for each as-of day
select definition.name, as_of.as_of_date, count(summary.kpi) as rows_found
from {{ ref('definition') }} as definition
cross join {{ ref('int_as_of') }} as as_of
left join {{ ref('kpi_summary') }} as summary on definition.name = summary.kpi and as_of.as_of_date = summary.as_of_date
where definition.kind = 'kpi'
group by definition.name, as_of.as_of_date
having count(summary.kpi) <> 1
