"""`pal-agent diff`."""

import sys

import click

from pal_agent.cli.references import RunCommand
from pal_agent.cli.words import Words, common


@click.command(cls=RunCommand)
@common
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.argument("before", default="last-1", metavar="[A]")
@click.argument("after", default="last", metavar="[B]")
def command(words: Words, *, output: str, before: str, after: str) -> int:
    """Tell what changed from run A to run B: links and credit lost, won and unclear, and why. Without network.

    A is the run before the last and B the last one unless named; either may be the file of a json report.
    Exit code 1 when something was lost, 3 when something that was known can't be told any more.

    \b
    Example:  pal-agent diff
              pal-agent diff 12 last -o json
              pal-agent diff monday.json friday.json
    """
    from pal_agent.cli.references import references
    from pal_agent.compare import compare
    from pal_agent.report._difference import in_json, in_words
    from pal_agent.report.writing import to_stdout

    with references(words) as known:
        difference = compare(known.run(before), known.run(after))
        to_stdout(in_json(difference) if output == "json" else in_words(difference), sys.stdout)
        return difference.exit_code
