-- a relation without the database's name: what is stated over it can be stated again in the published copy, which has another name
{% macro published(name) -%}
    {{ ref(name).include(database=false) }}
{%- endmacro %}

-- the name a mean, a median and a 90th percentile of the same days are stated under in kpi_event and kpi_spread
{% macro mean_of(kpi) -%}
    regexp_replace({{ kpi }}, '_(median|p90)$', '_mean')
{%- endmacro %}

-- the first as-of day on which a thing is known that counts on one day and became known on another; NULL: none yet
{% macro known_by(counted_on, known_on) -%}
    case when greatest({{ counted_on }}, {{ known_on }}) <= (select as_of_date from {{ ref('int_as_of') }} where is_latest)
         then least({{ month_end('greatest(' ~ counted_on ~ ', ' ~ known_on ~ ')') }}, (select as_of_date from {{ ref('int_as_of') }} where is_latest)) end
{%- endmacro %}

-- the day from which a span holds what counts on a day: spans of months begin and end with months
{% macro counted_from(counted_on, span) -%}
    case when {{ span }} in ('ninety_days', 'four_weeks') then {{ counted_on }} else {{ month_start(counted_on) }} end
{%- endmacro %}
