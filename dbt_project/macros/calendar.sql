-- the first day of a day's month
{% macro month_start(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

-- the last day of a day's month
{% macro month_end(day) -%}
    cast({{ dbt.last_day(day, 'month') }} as date)
{%- endmacro %}

-- a day so many days later (earlier when negative)
{% macro plus_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

-- a day so many months later (earlier when negative)
{% macro plus_months(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}

-- calendar days from one day to another
{% macro days_from(earlier, later) -%}
    {{ dbt.datediff(earlier, later, 'day') }}
{%- endmacro %}

-- one row per calendar day (column day_on) between two days, both included; no row when one is NULL
{% macro calendar_days(first_day, last_day) -%}
    select cast(day_at as date) as day_on
    from (select unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day)) as day_at)
{%- endmacro %}
