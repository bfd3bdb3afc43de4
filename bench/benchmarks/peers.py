"""Peers: the same reads by a loop over the same SDKs, by that loop in threads, and by the Azure CLI if it is there."""

import shutil
from collections.abc import Iterator

from bench.azure.estate import Estate
from bench.figure import Figure, least
from bench.measuring import Azure, azure, check, script

TARGETS, JOBS = 300, 64


def figures(full: bool) -> Iterator[Figure]:
    yield from _sdks(full)
    if shutil.which("az"):
        yield _cli()


def _sdks(full: bool) -> Iterator[Figure]:
    for latency, limit in ((0.05, 60.0), (0.0, 3.0)):
        with azure(Estate(targets=TARGETS), latency=latency) as running:
            each = _sequential(running, 20 if full or not latency else 5)
            wall = _agent(running)
            threaded = script(running, "threaded", str(TARGETS), str(JOBS)).wall if full else None
        beside = f"; in {JOBS} threads it took {threaded / TARGETS * 1000:.0f} ms" if threaded else ""
        yield Figure(
            name=f"one target of {TARGETS}, {latency * 1000:.0f} ms",
            value=each / (wall / TARGETS),
            limit=limit,
            at_least=True,
            against=f"{each * 1000:.0f} ms for a target in a sequential loop over the same SDKs{beside}",
        )


def _cli() -> Figure:
    with azure(Estate(targets=TARGETS), latency=0.05) as running:
        each = _sequential(running, 1, name="az")
        wall = _agent(running)
    return Figure(
        name=f"one target of {TARGETS}, Azure CLI",
        value=each / (wall / TARGETS),
        limit=350.0,
        at_least=True,
        against=f"{each:.1f} s for a target in a script around `az`, at 50 ms a call",
    )


def _agent(running: Azure) -> float:
    return least(2, lambda: check(running, "-o", "json", jobs=JOBS).wall)


def _sequential(running: Azure, targets: int, *, name: str = "sequential") -> float:
    """Seconds for one more target: what starting up costs is left out, in the loop's favour."""
    first = script(running, name, "1").wall
    return (script(running, name, str(1 + targets)).wall - first) / targets
