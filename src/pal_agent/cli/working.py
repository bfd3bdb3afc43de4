"""What every command that asks Azure sets up: settings, targets, the one HTTP door, signals, progress."""

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
    from pal_agent.run import Work


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
    from pal_agent.run import Work

    settings = words.settings()
    targets = share(words.chosen(settings))
    with (
        azure_for(settings, adapter) as azure,
        Interruption().listening() as interruption,
        _progress(words, targets) as progress,
    ):
        yield Work(
            settings=settings,
            targets=targets,
            azure=azure,
            secret=secret_reader(),
            interruption=interruption,
            progress=progress,
            say=say,
            away=away,
        )


@contextmanager
def _progress(words: Words, targets: Sequence[Target]) -> Iterator[Callable[[Target], None]]:
    if words.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("targets", total=len(targets))
        yield lambda _: display.advance(task)


def say(message: str) -> None:
    """One line on stderr: never part of a report."""
    click.echo(message, err=True)
