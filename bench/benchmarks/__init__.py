"""One file a benchmark, with `figures(full)`: the short form takes seconds, `full` minutes."""
