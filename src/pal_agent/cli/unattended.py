"""What runs that nobody watches add to a check: a start that is spread, and numbers for a monitoring system."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pal_agent.model import Run
    from pal_agent.report import Options
    from pal_agent.work import Work


def any_moment(limit: float) -> float:
    """Between now and `limit` seconds from now."""
    from random import SystemRandom

    return SystemRandom().uniform(0, limit)


@dataclass(frozen=True, kw_only=True)
class Unattended:
    """`splay` is in seconds, 0 to start at once; `delay` picks the moment."""

    splay: float = 0
    metrics: Path | None = None
    delay: Callable[[float], float] = any_moment

    def ensure_possible(self) -> None:
        if self.metrics is not None:
            from pal_agent import metrics

            metrics.ensure_possible(self.metrics)

    def begun(self, work: "Work", *, quiet: bool) -> "Work":
        """Waits, unless told to stop, and lets the work begin then. Machines with one schedule don't call at once."""
        if not self.splay:
            return work
        from datetime import UTC, datetime

        from pal_agent.cli.working import say

        seconds = self.delay(self.splay)
        work.interruption.wait(seconds, lambda: None if quiet else say(f"Starting in {seconds:.0f} s (--splay)."))
        return replace(work, started=datetime.now(UTC))

    def publish(self, run: "Run", options: "Options") -> bool:
        """Writes the metrics, or says why not; whether all that was wanted is written."""
        if self.metrics is None:
            return True
        from pal_agent import metrics
        from pal_agent.cli.working import say
        from pal_agent.errors import AgentError

        try:
            metrics.write(self.metrics, run, recorded=(header for header, _ in options.trend))
        except AgentError as error:
            say(f"Error: {error}")
            return False
        return True


ATTENDED = Unattended()


def unattended_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command, which gets them as `unattended`."""

    @click.option(
        "--metrics",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Write numbers for Prometheus's textfile collector (FILE.prom).",
    )
    @click.option(
        "--splay",
        type=click.FloatRange(0, 86400),
        default=0,
        metavar="SECONDS",
        help="Start at a random moment in that time.",
    )
    @wraps(function)
    def command(*args: Any, metrics: Path | None, splay: float, **options: Any) -> Any:
        return function(*args, unattended=Unattended(splay=splay, metrics=metrics), **options)

    return command
