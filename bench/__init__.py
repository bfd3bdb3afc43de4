"""Benchmarks: each prints ratios, what they were measured against, and what was promised. `python -m bench --help`."""
