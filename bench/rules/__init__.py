"""What bench_rules measures: a city, the rules by hand, the rules one branch at a time."""
