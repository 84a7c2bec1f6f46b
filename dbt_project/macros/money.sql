-- integer cents to DECIMAL dollars, exactly; the only place where cents become dollars
{% macro dollars(cents) -%}
    cast({{ cents }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

-- a sum of dollars in the type every _amount column has; 0 where there is nothing to add
{% macro total(amount) -%}
    cast(coalesce(sum({{ amount }}), 0) as decimal(18, 2))
{%- endmacro %}

-- the sum of dollars of the rows a condition holds for
{% macro total_where(amount, condition) -%}
    cast(coalesce(sum(case when {{ condition }} then {{ amount }} end), 0) as decimal(18, 2))
{%- endmacro %}

-- how many rows a condition holds for
{% macro count_where(condition) -%}
    cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as bigint)
{%- endmacro %}

-- a ratio with no value where its denominator is not above zero
{% macro ratio(numerator, denominator) -%}
    case when {{ denominator }} > 0 then cast({{ numerator }} as double) / cast({{ denominator }} as double) end
{%- endmacro %}
