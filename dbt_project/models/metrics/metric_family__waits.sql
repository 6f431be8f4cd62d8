with
{{ clock_units(ref('fct_clock__pathway'), 'waits', 'quarterly') }},

{{ figures_of('clock_unit', 'quarter') }}
