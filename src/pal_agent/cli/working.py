"""What every command that asks Azure sets up: settings, targets, the one HTTP door, signals, progress."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pal_agent.cli.words import Words
from pal_agent.interruption import Interruption
from pal_agent.model import Target

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from pal_agent.engine.batches import Batches
    from pal_agent.work import Work


@contextmanager
def working(
    words: Words,
    *,
    adapter: "BaseAdapter | None" = None,
    share: Callable[[Sequence[Target]], Sequence[Target]] = tuple,
    away: "Batches | None" = None,
) -> "Iterator[Work]":
    """`adapter` stands in for the network (the demo's is the simulated Azure); `share` picks among the chosen
    targets; `away` gathers them elsewhere."""
    from pal_agent.access import azure_for, secret_reader
    from pal_agent.work import Work, unseen

    _listen(words.verbose)
    settings = words.settings()
    targets = share(words.chosen(settings))
    with (
        azure_for(settings, adapter) as azure,
        Interruption().listening() as interruption,
    ):
        yield Work(
            settings=settings,
            targets=targets,
            azure=azure,
            secret=secret_reader(),
            interruption=interruption,
            phase=_phase if sys.stderr.isatty() and not words.quiet else unseen,
            say=say,
            away=away,
        )


class _Harmless(logging.Formatter):
    """What is told may hold Azure's words."""

    def format(self, record: logging.LogRecord) -> str:
        from pal_agent.report.clean import SENTENCE, clean

        return clean(super().format(record), limit=SENTENCE)


def _listen(verbose: int) -> None:
    """-v tells of every wait and new try; warnings are told anyway. Only our own logger: others print tokens."""
    log = logging.getLogger("pal_agent")
    log.setLevel(logging.INFO if verbose else logging.WARNING)
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_Harmless())
        log.addHandler(handler)
        log.propagate = False


@contextmanager
def _phase(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """A line on the terminal while the work lasts, gone when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(doing, total=total)
        yield lambda: display.advance(task)


def say(message: str) -> None:
    """One line on stderr: never part of a report."""
    click.echo(message, err=True)
