-- Looked up by the day, because a join on a range sorts every wait: three seconds for two million.
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
),

last_band as (
    select max(from_days) as last_day from {{ ref('wait_band') }}
)

select
    band.band,
    day.wait_days
from day
inner join {{ ref('wait_band') }} as band on day.wait_days >= band.from_days and day.wait_days <= band.to_days
cross join last_band
where day.wait_days <= last_band.last_day
