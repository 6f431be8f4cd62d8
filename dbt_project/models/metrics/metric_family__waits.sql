with
{{ clock_units(ref('fct_clock__pathway'), 'waits', 'quarterly') }},

{{ resident_units('waits') }},

unit as (
    select * from clock_unit
    union all
    select * from resident_unit
),

{{ figures_of('unit', 'quarter') }}
