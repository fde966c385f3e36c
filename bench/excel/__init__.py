"""What bench_excel measures: a city's roster, the ways of writing it, what stands in the files."""
