{{ run_clocks(ref('int_pathway__event')) }}
