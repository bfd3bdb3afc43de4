"""What every command that asks Azure sets up: settings, targets, the one HTTP door, signals, progress."""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from pal_agent.cli.words import Words
from pal_agent.interruption import Interruption
from pal_agent.model import Target
from pal_agent.settings import SecretReference, Settings

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from pal_agent.run import Work


@contextmanager
def working(words: Words, *, adapter: "BaseAdapter | None" = None) -> "Iterator[Work]":
    """`adapter` stands in for the network (the demo's is the simulated Azure)."""
    from pal_agent.cloud.azure import Azure
    from pal_agent.cloud.session import Adapter, Session, trust
    from pal_agent.run import Work

    settings = words.settings()
    targets = words.chosen(settings)
    _quiet_libraries()
    session = Session(adapter or Adapter(trust(settings.cloud.ca_bundle), settings.jobs))
    azure = Azure(settings.cloud, session)
    try:
        with Interruption().listening() as interruption, _progress(words, targets) as progress:
            yield Work(
                settings=settings,
                targets=targets,
                azure=azure,
                secret=_reader(settings),
                interruption=interruption,
                progress=progress,
            )
    finally:
        session.close()


def _quiet_libraries() -> None:
    """Azure's and MSAL's loggers print URLs, and bodies when asked to: whatever they know reaches us as a `Failure`."""
    for name in ("azure", "msal", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _reader(settings: Settings) -> Callable[[SecretReference], str]:
    from pal_agent import secrets

    return partial(secrets.resolve, environ=os.environ, keyvault=_read_vault)


def _read_vault(url: str) -> str:
    """A vault is opened by whoever the agent runs as; the secret in it is used only where the entry names it."""
    from azure.identity import DefaultAzureCredential

    from pal_agent import secrets

    return secrets.keyvault_reader(DefaultAzureCredential())(url)


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
