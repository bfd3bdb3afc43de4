"""CPU: of a whole check, start and report included, for each call."""

from collections.abc import Iterator

from bench.azure.estate import Estate
from bench.figure import Figure, least
from bench.measuring import azure, check, script

JOBS = 32


def figures(full: bool) -> Iterator[Figure]:
    with azure(Estate(targets=2000 if full else 300)) as running:
        rounds = 1 if full else 2
        bare = least(rounds, lambda: script(running, "bare", str(JOBS), "full").cpu)
        running.calls()
        agent = least(rounds, lambda: check(running, "-o", "json", jobs=JOBS).cpu)
        made = sum(running.calls().values()) // rounds
    yield Figure(
        name="CPU for each call",
        value=agent / bare,
        limit=2.0,
        against=f"bare requests, {bare / made * 1000:.2f} ms for each of {made:,} calls, {JOBS} threads each",
    )
