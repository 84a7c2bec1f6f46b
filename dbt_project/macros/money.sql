-- integer cents to DECIMAL dollars, exactly; the only place where cents become dollars
{% macro dollars(cents) -%}
    cast({{ cents }} * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

-- a text with its amounts of cents in dollars: 'stands at -9800 cents' becomes 'stands at -98.00'
{% macro dollars_in(text) -%}
    regexp_replace(
        regexp_replace(regexp_replace({{ text }}, '\b([0-9]) cents', '00\1 cents', 'g'), '\b([0-9]{2}) cents', '0\1 cents', 'g'),
        '\b([0-9]+)([0-9]{2}) cents', '\1.\2', 'g'
    )
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
