"""`pal-agent report`."""

from typing import TYPE_CHECKING

import click

from pal_agent.cli.outputs import output_options
from pal_agent.cli.references import References, RunCommand
from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from pal_agent.model import Run


@click.command(cls=RunCommand)
@common
@output_options
@click.option("--evaluate", is_flag=True, help="Compute it again from its facts, with today's rules and exceptions.")
@click.argument("runs", nargs=-1, metavar="[RUN | FILE...]")
def command(words: Words, *, formats: tuple[str, ...], mask: bool, evaluate: bool, runs: tuple[str, ...]) -> int:
    """Render a recorded run again, without network. RUN is the last one unless named; FILE is a json report, and
    several are merged into one.

    \b
    Example:  pal-agent report
              pal-agent report -2 -o html=before.html -o csv=before.csv
              pal-agent report 12 --mask -o markdown
              pal-agent report shard-*.json -o html=all.html
    """
    from pal_agent.cli.outputs import rendering, write_reports
    from pal_agent.cli.references import references
    from pal_agent.errors import ExitCode
    from pal_agent.report.writing import outputs

    wanted = outputs(formats)
    with references(words) as known:
        found = _evaluated(words, known, runs) if evaluate else _found(known, runs)
        options = rendering(mask=mask, quiet=words.quiet, history=known.history, run=found)
        return ExitCode.OK if write_reports(found, wanted, options) else ExitCode.FINDINGS


def _found(known: References, runs: tuple[str, ...]) -> "Run":
    if len(runs) > 1:
        return known.merged(runs)
    return known.run(runs[0] if runs else None)


def _evaluated(words: Words, known: References, runs: tuple[str, ...]) -> "Run":
    """Only the history has facts."""
    from pal_agent.errors import HistoryError
    from pal_agent.run import evaluate_again

    if len(runs) > 1:
        raise click.UsageError("--evaluate takes one recorded run.")
    found = known.recorded(runs[0] if runs else None)
    if not found.has_facts:
        raise HistoryError(
            "the facts of this run are not kept any more",
            where=found.header.id,
            mend="Only the newest 20 runs can be evaluated again.",
        )
    return known.kept(evaluate_again(found, words.settings()))
