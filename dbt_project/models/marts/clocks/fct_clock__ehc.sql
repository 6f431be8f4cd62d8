{{ run_clocks(ref('int_ehc__event')) }}
