"""`pal-agent scopes`."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from pal_agent.history import RecordedRun, RunStore


@click.command()
@common
@click.option("-o", "--output", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option(
    "--run", "recorded", metavar="RUN", help="Of a recorded run, without network: last, -2, its number or ID."
)
def command(words: Words, *, output: str, recorded: str | None) -> int:
    """List each target's role scopes: where it holds which role, whether that counts, how, and for how long.

    \b
    Examples:  pal-agent scopes --target fabrikam-deploy
               pal-agent scopes -o csv > roles.csv
    """
    return carry_out(words, output=output, recorded=recorded)


def carry_out(words: Words, *, output: str, recorded: str | None = None, adapter: "BaseAdapter | None" = None) -> int:
    """The command without its words. `adapter` stands in for the network."""
    from importlib import import_module

    from pal_agent import roles
    from pal_agent.cli.outputs import rendering
    from pal_agent.report.writing import to_stdout
    from pal_agent.scope_tree import tree

    view = import_module(f"pal_agent.scope_report.{output}")
    options = rendering(mask=False, quiet=words.quiet)
    with _recorded(words, recorded) if recorded else _gathered(words, adapter) as (run, code):
        chosen = {target.key for target in words.chosen(words.settings())}
        known = (tree(facts, roles.bundled()) for facts in run.whole_facts() if facts.target.key in chosen)
        # Both walk the run: closed before the run is, when the reader of stdout has gone.
        with closing(known) as trees, closing(view.render(trees, options)) as parts:
            to_stdout(parts, sys.stdout)
        return code


@contextmanager
def _gathered(words: Words, adapter: "BaseAdapter | None") -> "Iterator[tuple[RunStore, int]]":
    from pal_agent import run
    from pal_agent.cli.working import working

    with working(words, adapter=adapter) as work:
        store = run.check(work, quick=False, fail_on=None, before=run.Before(), names=True)
        yield store, store.header.exit_code


@contextmanager
def _recorded(words: Words, reference: str) -> "Iterator[tuple[RecordedRun, int]]":
    from pal_agent.errors import ExitCode, HistoryError
    from pal_agent.history import History

    path = words.settings().history
    if path is None:
        raise HistoryError("no history is kept (history: none)", mend="Leave --run out to ask Azure.")
    with History(path, write=False) as history:
        run = history.load(reference)
        if next(run.facts(), None) is None:
            raise HistoryError(
                f"run {run.header.id} holds no facts any more: only the newest runs do",
                where=str(path),
                mend="Name a newer run, or leave --run out to ask Azure.",
            )
        yield run, ExitCode.OK if run.header.complete else ExitCode.INCOMPLETE
