with
{{ clock_units(ref('fct_clock__ehc'), 'ehc', 'monthly') }},

{{ event_units(ref('int_ehc__event'), 'ehc', 'monthly') }},

unit as (
    select * from clock_unit
    union all
    select * from event_unit
),

{{ figures_of('unit', 'month', topics=[]) }}
