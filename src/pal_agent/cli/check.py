"""`pal-agent check`."""

from typing import TYPE_CHECKING

import click

from pal_agent.cli.engines import THREADS, Engine, engine_options
from pal_agent.cli.outputs import output_options
from pal_agent.cli.unattended import ATTENDED, Unattended, unattended_options
from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

FOR_PEOPLE = {"html", "markdown", "table", "xlsx"}  # only these are worth one more call for each tenant's name


@click.command()
@common
@output_options
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Findings at or above this end with exit code 1.",
)
@click.option("--no-history", is_flag=True, help="Don't record this run.")
@click.option("--quick", is_flag=True, help="Leave out PIM and deny assignments; the pec tier is then unknown.")
@engine_options
@unattended_options
def command(
    words: Words,
    *,
    formats: tuple[str, ...],
    mask: bool,
    fail_on: str,
    no_history: bool,
    quick: bool,
    engine: Engine,
    unattended: Unattended,
) -> int:
    """Read links and scopes, evaluate, report, record. Never writes to Azure.

    \b
    Example:  pal-agent check -c config/pal-agent.yaml -o table -o json=report.json
    """
    return carry_out(
        words,
        formats,
        mask=mask,
        fail_on=fail_on,
        history=not no_history,
        quick=quick,
        engine=engine,
        unattended=unattended,
    )


def carry_out(  # noqa: PLR0913 - as many as the command has options
    words: Words,
    formats: tuple[str, ...],
    *,
    mask: bool = False,
    fail_on: str = "error",
    history: bool = True,
    quick: bool = False,
    engine: Engine = THREADS,
    unattended: Unattended = ATTENDED,
    adapter: "BaseAdapter | None" = None,
) -> int:
    """The command without its words. `adapter` stands in for the network."""
    from pal_agent import run
    from pal_agent.cli.notifying import send_word
    from pal_agent.cli.outputs import rendering, write_reports
    from pal_agent.cli.recording import recording
    from pal_agent.cli.working import working
    from pal_agent.errors import ExitCode
    from pal_agent.model import Severity
    from pal_agent.report.writing import outputs

    wanted = outputs(formats)
    unattended.ensure_possible()
    with (
        engine.started() as away,
        working(words, adapter=adapter, share=engine.share, away=away) as ready,
        recording(ready.settings, wanted=history) as records,
    ):
        work = records.largest_first(unattended.begun(ready, quiet=words.quiet))
        threshold = None if fail_on == "never" else Severity(fail_on)
        names = not quick and any(one.format in FOR_PEOPLE for one in wanted)
        store = run.check(work, quick=quick, fail_on=threshold, before=records.before(), names=names)
        records.record(store)
        options = rendering(mask=mask, quiet=words.quiet, history=records.history, run=store)
        written = write_reports(store, wanted, options)
        published = unattended.publish(store, options)
        send_word(work, store, options)
        return store.header.exit_code or (ExitCode.OK if written and published else ExitCode.FINDINGS)
