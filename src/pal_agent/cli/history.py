"""`pal-agent history`."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from pal_agent.cli.references import opened
from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from pal_agent.history import RecordedHeader


@click.command()
@common
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(words: Words, *, output: str) -> int:
    """List the recorded runs, newest first.

    \b
    A run is named by its number, its ID or the beginning of it, `last`, or counted back: -2 is the one before the last.
    Example:  pal-agent history && pal-agent report 12 -o html=report.html
    """
    from pal_agent.errors import ExitCode

    with opened(words) as history:
        lines = _json(history.runs()) if output == "json" else _table(history.runs())
        for line in lines:
            click.echo(line)
    return ExitCode.OK


def _table(runs: "Iterable[RecordedHeader]") -> Iterator[str]:
    from pal_agent.report.clean import clean

    yield f"{'#':>4}  {'started':20}  {'command':8}  {'exit':>4}  {'links':>11}  {'earning':>11}  {'errors':>6}  id"
    for run in runs:
        links, scopes = _share(run.counts.links, "linked"), _share(run.counts.subscriptions, "full")
        errors = run.counts.findings.get("error", 0)
        yield (
            f"{run.number:>4}  {clean(run.header.started_at):20}  {clean(run.header.command):8}"
            f"  {run.header.exit_code:>4}  {links:>11}  {scopes:>11}  {errors:>6}  {clean(run.header.id)}"
        )


def _share(counts: dict[str, int], word: str) -> str:
    return f"{counts.get(word, 0)}/{sum(counts.values())}"


def _json(runs: "Iterable[RecordedHeader]") -> Iterator[str]:
    """The objects that the `json` report has under `run` and `summary`."""
    import json

    from pal_agent.report.json import header_data, summary_data

    between = "["
    for run in runs:
        data = {"number": run.number, **header_data(run.header), "summary": summary_data(run.counts)}
        yield between + json.dumps(data)
        between = ","
    yield "]" if between == "," else "[]"
