"""Engines: processes against threads where nothing is waited for."""

from collections.abc import Iterator

from bench.azure.estate import Estate
from bench.figure import Figure, least
from bench.measuring import azure, check

JOBS = 32


def figures(full: bool) -> Iterator[Figure]:
    targets, rounds = (2000, 2) if full else (1000, 1)
    with azure(Estate(targets=targets)) as running:
        threads = least(rounds, lambda: check(running, "-o", "json", jobs=JOBS).wall)
        processes = least(rounds, lambda: check(running, "-o", "json", "--engine", "processes", jobs=JOBS).wall)
    yield Figure(
        name=f"--engine processes, {targets:,} targets",
        value=threads / processes,
        limit=1.6,
        at_least=True,
        against=f"{threads:.1f} s in threads, without latency; the server shares this machine's cores",
    )
