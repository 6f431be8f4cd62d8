{#
    The band of every wait, one row (wait_days, band) per day up to the first of the last band. Waits are looked up by the day, because a join on a
    range sorts them all: three seconds for two million.
#}
{% macro wait_band_of_days() %}
with digit as (
    {%- for number in range(10) %}
    select {{ number }} as figure
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

day as (
    select hundreds.figure * 100 + tens.figure * 10 + ones.figure as wait_days
    from digit as hundreds
    cross join digit as tens
    cross join digit as ones
)

select
    day.wait_days,
    wait_band.band
from day
inner join {{ stays(ref('wait_band')) }} as wait_band
    on day.wait_days >= wait_band.from_days and day.wait_days <= wait_band.to_days
where day.wait_days <= (select max(last.from_days) from {{ stays(ref('wait_band')) }} as last)
{% endmacro %}
