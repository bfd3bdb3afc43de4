"""Calls: on a clean run exactly the fewest. For a report that people read, one more: what the tenant is called."""

from collections.abc import Iterator

from bench.azure.estate import Estate, calls
from bench.figure import Figure
from bench.measuring import azure, check


def figures(full: bool) -> Iterator[Figure]:
    targets = 500 if full else 20
    for name, estate, quick in (
        ("calls", Estate(targets=targets), False),
        ("calls, --quick", Estate(targets=targets), True),
        ("calls, delegated", Estate(targets=targets, delegated=True), False),
    ):
        with azure(estate) as running:
            check(running, "-o", "json", *(["--quick"] if quick else []))
            made = sum(running.calls().values())
        fewest = sum(1 for target in range(targets) for _ in calls(estate, target, quick=quick))
        yield Figure(name=name, value=made / fewest, limit=1.0, against=f"the fewest that can do: {fewest:,}")
