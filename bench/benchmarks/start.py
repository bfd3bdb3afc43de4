"""Start: what a person waits for before anything happens."""

import sys
from collections.abc import Iterator

from bench.azure.estate import Estate
from bench.figure import Figure, least
from bench.measuring import AGENT, azure, check, used


def figures(full: bool) -> Iterator[Figure]:
    rounds = 20 if full else 5
    click = least(rounds, lambda: used((sys.executable, "-c", "import click")).wall)
    for option in ("--version", "--help"):
        agent = least(rounds, lambda option=option: used((*AGENT, option)).wall)  # type: ignore[misc]
        against = f'python -c "import click": {click * 1000:.0f} ms'
        yield Figure(name=f"pal-agent {option}", value=agent / click, limit=2.0, against=against)
    with azure(Estate(targets=1)) as running:
        checks = [check(running) for _ in range(rounds)]
    wall, cpu = min(one.wall for one in checks), min(one.cpu for one in checks)
    against = f"the clock, without latency; CPU: {cpu:.2f} s"
    yield Figure(name="check of one target", value=wall, limit=1.2, unit="s", against=against)
