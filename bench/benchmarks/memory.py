"""Memory: flat in the number of targets, and time linear; reports of a large run in every text format."""

from collections.abc import Iterator

from bench.azure.estate import Estate
from bench.figure import Figure
from bench.measuring import AGENT, CONFIGURATION, Azure, Used, azure, check, used

TEXT_FORMATS = ("csv", "html", "json", "junit", "markdown", "sarif", "table")
MOST = 150.0  # MiB


def figures(full: bool) -> Iterator[Figure]:
    few, many = (100, 10_000) if full else (50, 500)
    with azure(Estate(targets=few)) as running:
        small = check(running, jobs=32)
    with azure(Estate(targets=many)) as running:
        large = check(running, jobs=32)
        rendered = [_report(running, name) for name in TEXT_FORMATS]
    shape = f"{many:,} targets, 3 subscriptions and 20 groups each"
    yield Figure(name="memory", value=large.peak, limit=MOST, unit="MiB", against=shape)
    yield Figure(
        name="memory, flat", value=large.peak / small.peak, limit=1.5, against=f"{few} targets: {small.peak:.0f} MiB"
    )
    yield _linear(small, few, large, many)
    if full:
        worst = max(rendered, key=lambda one: one.wall)
        yield Figure(name="slowest text report", value=worst.wall, limit=30.0, unit="s", against=shape)
    peak = max(one.peak for one in rendered)
    yield Figure(name="memory of a report", value=peak, limit=MOST, unit="MiB", against=shape)


def _report(running: Azure, name: str) -> Used:
    command = (*AGENT, "report", "-c", CONFIGURATION, "-o", f"{name}=report.{name}")
    return used(command, directory=running.directory)


def _linear(small: Used, few: int, large: Used, many: int) -> Figure:
    each = small.cpu / few
    return Figure(
        name="CPU for one target more",
        value=large.cpu / many / each,
        limit=1.2,
        against=f"{few} targets: {each * 1000:.1f} ms each, starting included",
    )
