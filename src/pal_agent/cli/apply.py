"""`pal-agent apply`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pal_agent.cli.danger import Danger, danger_options
from pal_agent.cli.outputs import output_options
from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from pal_agent.cli.recording import Recording
    from pal_agent.journal import Journal
    from pal_agent.model import Outcome
    from pal_agent.plan import Allowed, PlanFile
    from pal_agent.report.writing import Output
    from pal_agent.run import Links
    from pal_agent.work import Work


@click.command()
@common
@danger_options
@output_options
@click.argument("plan_file", type=click.Path(path_type=Path), required=False)
@click.option("--yes", is_flag=True, help="Don't ask; needed where nobody can answer.")
def command(
    words: Words, danger: Danger, *, plan_file: Path | None, yes: bool, formats: tuple[str, ...], mask: bool
) -> int:
    """Carry a plan out: write the links that differ, and read each one back.

    \b
    Examples:  pal-agent apply
               pal-agent plan --out plan.json && pal-agent apply plan.json --yes
    """
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("Nobody can answer here: add --yes to apply without being asked.")
    saved = None if plan_file is None else _saved(plan_file)
    return carry_out(words, danger, saved, yes=yes, formats=formats, mask=mask)


def carry_out(
    words: Words,
    danger: Danger,
    saved: "PlanFile | None",
    *,
    yes: bool,
    formats: tuple[str, ...] = (),
    mask: bool = False,
    adapter: "BaseAdapter | None" = None,
) -> int:
    """The command without its words. `adapter` stands in for the network."""
    from pal_agent.cli.notifying import send_word
    from pal_agent.cli.outputs import rendering, write_reports
    from pal_agent.cli.planning import declined
    from pal_agent.cli.recording import recording
    from pal_agent.cli.working import working
    from pal_agent.lock import only_one
    from pal_agent.report.writing import outputs
    from pal_agent.run import apply, finish_apply, read_links

    wanted = outputs(formats) if formats else ()
    allowed = _allowed(danger, saved)
    with (
        working(words, adapter=adapter) as work,
        only_one(work.settings.state_directory),
        recording(work.settings) as records,
        _journal(work, records) as journal,
    ):
        links = read_links(work, allowed)
        _ensure_wanted(work, links, danger, saved)
        agreed = _agreed(work, links, yes=yes)
        outcomes = apply(work, links, allowed, journal) if agreed else declined(links.plan)
        store = finish_apply(work, links, outcomes, records.before())
        records.record(store)
        if agreed:
            _tell(outcomes, wanted)
        options = rendering(mask=mask, quiet=words.quiet, history=records.history, run=store)
        if wanted:
            write_reports(store, wanted, options)
        send_word(work, store, options, outcomes)
        return store.header.exit_code


def _saved(path: Path) -> "PlanFile":
    from pal_agent.errors import AgentError
    from pal_agent.plan import PlanFile

    try:
        return PlanFile.read(path.read_text(encoding="utf-8", errors="replace"), where=str(path))
    except OSError as error:
        raise AgentError(f"the plan can't be read: {error.strerror}", where=str(path)) from error


def _allowed(danger: Danger, saved: "PlanFile | None") -> "Allowed":
    """What is in a saved plan's changes was agreed to when it was made."""
    from pal_agent.plan import Allowed

    now = danger.allowed()
    then = saved.allowed() if saved else now
    return Allowed(replace=now.replace or then.replace, remove=now.remove or then.remove)


@contextmanager
def _journal(work: "Work", records: "Recording") -> "Iterator[Journal]":
    """Takes in what an earlier run left behind, and at the end this run's own entries."""
    from datetime import UTC, datetime

    from pal_agent.cli.recording import JOURNAL
    from pal_agent.journal import Journal
    from pal_agent.work import timestamp

    path = work.settings.state_directory / JOURNAL
    journal = Journal(path, run_id=work.run_id, now=lambda: timestamp(datetime.now(UTC)))
    records.take_in(journal)
    try:
        yield journal
    finally:
        records.take_in(journal)


def _ensure_wanted(work: "Work", links: "Links", danger: Danger, saved: "PlanFile | None") -> None:
    from pal_agent.plan import ensure_safe

    if work.interruption.code is None:
        if saved is not None:
            saved.ensure_current(links.plan, where="plan file")
        ensure_safe(links.plan, danger.threshold(work.settings))


def _agreed(work: "Work", links: "Links", *, yes: bool) -> bool:
    """Shows the plan on stderr, and asks; whether there is something to write and somebody wants it."""
    from pal_agent.cli.planning import table
    from pal_agent.cli.working import say

    say(table(links.plan))
    if not links.plan.changes:
        return False
    if work.interruption.code is None and (yes or click.confirm("Write these changes?", err=True)):
        return True
    say("Nothing was written.")
    return False


def _tell(outcomes: "list[Outcome]", wanted: "tuple[Output, ...]") -> None:
    """What became of each change: on stdout, unless a report was wanted there, and once the run is recorded, for
    whoever reads stdout may have gone."""
    from pal_agent.cli.planning import results
    from pal_agent.report.writing import to_stdout

    reported = any(output.path is None for output in wanted)
    to_stdout((f"{line}\n" for line in results(outcomes)), sys.stderr if reported else sys.stdout)
