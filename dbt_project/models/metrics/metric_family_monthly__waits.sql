with
{{ clock_units(ref('fct_clock__pathway'), 'waits', 'monthly') }},

{{ figures_of('clock_unit', 'month', topics=[]) }}
