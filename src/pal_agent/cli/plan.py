"""`pal-agent plan`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pal_agent.cli.danger import Danger, danger_options
from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter


@click.command()
@common
@danger_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for `apply FILE`.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(words: Words, danger: Danger, *, out: Path | None, output: str) -> int:
    """Show the link changes that apply would make. Never writes to Azure.

    \b
    Example:  pal-agent plan --out plan.json && pal-agent apply plan.json
    """
    return carry_out(words, danger, out=out, output=output)


def carry_out(
    words: Words, danger: Danger, *, out: Path | None, output: str, adapter: "BaseAdapter | None" = None
) -> int:
    """The command without its words. `adapter` stands in for the network."""
    from pal_agent import run
    from pal_agent.cli.planning import exit_code, save, table
    from pal_agent.cli.working import working
    from pal_agent.plan import ensure_safe, to_json
    from pal_agent.report.writing import to_stdout
    from pal_agent.work import timestamp

    with working(words, adapter=adapter) as work:
        links = run.read_links(work, danger.allowed())
        content = to_json(links.plan, created_at=timestamp(work.started))
        if out is not None:
            save(out, json.dumps(content, indent=2) + "\n")
        shown = json.dumps(content, indent=2) if output == "json" else table(links.plan, quiet=words.quiet)
        if shown:  # nothing at all when quiet and nothing is to change: cron would mail an empty line
            to_stdout(iter((shown, "\n")), sys.stdout)
        if work.interruption.code is not None:
            return work.interruption.code
        ensure_safe(links.plan, danger.threshold(work.settings))
        return exit_code(links.plan)
