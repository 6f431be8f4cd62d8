{{ run_clocks(ref('int_therapy__event')) }}
