"""`explain`: what a finding means, why it matters, how to mend it. Needs no configuration and no network."""

from difflib import get_close_matches

import click

from pal_agent import findings
from pal_agent.cli.completion import finding_ids
from pal_agent.cli.words import Words, common


@click.command()
@click.argument("finding", required=False, shell_complete=finding_ids)
@common
def command(words: Words, finding: str | None) -> None:
    """Tell what FINDING means and how to mend it; without FINDING, list all.

    \b
    Example:  pal-agent explain link-missing
    """
    click.echo(_list() if finding is None else _explained(finding.strip().lower()), nl=finding is None)


def _list() -> str:
    kinds = findings.all_findings()
    width = max(len(kind.id) for kind in kinds)
    lines = [f"{kind.id:{width}}  {kind.severity:7}  {kind.title}" for kind in kinds]
    return "\n".join((*lines, "", "More about one of them: pal-agent explain FINDING"))


def _explained(finding: str) -> str:
    known = [kind.id for kind in findings.all_findings()]
    if finding in known:
        return findings.explain(finding)
    close = get_close_matches(finding, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else "pal-agent explain lists them all."
    raise click.BadParameter(f"no finding is called {finding!r}. {hint}", param_hint="FINDING")
