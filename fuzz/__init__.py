"""Fuzz targets: what comes from outside, byte by byte. Each module here has `one(data)`, which raises for a bug only.

`make fuzz` runs each for a short while under atheris (coverage-guided); `python -m fuzz TARGET -max_total_time=600` one
of them for longer. The test suite runs them on their seeds, so they can't rot. What a fuzzer finds becomes a seed.
"""
