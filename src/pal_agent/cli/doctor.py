"""`pal-agent doctor`."""

import sys
from typing import TYPE_CHECKING

import click

from pal_agent.cli.words import Words, common

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from pal_agent.doctor import Diagnosis
    from pal_agent.doctor.examination import Examination
    from pal_agent.work import Work

_FEW = 3  # targets of which everything is shown, what works included


@click.command()
@common
@click.option("--all", "everything", is_flag=True, help="Look into every subscription, not just a few of each target.")
@click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(words: Words, *, everything: bool, output: str) -> int:
    """Try configuration, sign-in, clock and permissions; say what each fault means, costs, and how to mend it.

    Never writes to Azure. Ends with 0 when everything works (warnings included), with 3 when something can't be read.

    \b
    Examples:  pal-agent doctor
               pal-agent doctor --target fabrikam-deploy --all
    """
    return carry_out(words, everything=everything, output=output)


def carry_out(words: Words, *, everything: bool, output: str, adapter: "BaseAdapter | None" = None) -> int:
    """The command without its words. `adapter` stands in for the network."""
    from pal_agent.cli.outputs import rendering
    from pal_agent.cli.working import working
    from pal_agent.doctor import configuration, json, table
    from pal_agent.report.writing import to_stdout

    with working(words, adapter=adapter) as work:
        today = work.started.date()
        local = list(configuration.checks(work.settings, today, chosen=len(work.targets)))
        found = _examined(work, everything=everything)
        local.insert(1, configuration.clock(skew for skew, _ in found))
        diagnoses = [diagnosis for _, diagnosis in found]
        code = _exit_code(work, diagnoses)
        if output == "json":
            to_stdout(iter([json.rendered(local, diagnoses, code)]), sys.stdout)
        else:
            options = rendering(mask=False, quiet=words.quiet)
            whole = bool(words.verbose) or len(diagnoses) <= _FEW
            to_stdout(table.render(local, diagnoses, options, whole=whole), sys.stdout)
        return code


def _examined(work: "Work", *, everything: bool) -> "list[tuple[float | None, Diagnosis]]":
    """Clock skew and diagnosis of every target, in report order; those that an interruption left out say so."""
    from pal_agent.doctor import examination
    from pal_agent.gather import Questions
    from pal_agent.model import TargetFacts
    from pal_agent.work import INTERRUPTED, ask_each

    questions = Questions(azure=work.azure, names=True)
    sample = examination.everything if everything else examination.a_few
    asked = ask_each(work, lambda who, ends: examination.examine(who, questions, sample, ends))
    done = {target.key: _diagnosed(work, answer) for target, answer in asked}
    for target in work.targets:
        if target.key not in done:
            facts = TargetFacts(target=target, object_id=None, link=INTERRUPTED)
            done[target.key] = _diagnosed(work, examination.Examination(facts=facts, listed=0))
    return [done[target.key] for target in work.targets]


def _diagnosed(work: "Work", examination: "Examination") -> "tuple[float | None, Diagnosis]":
    from pal_agent.doctor.diagnosis import Circumstances, diagnose

    facts = examination.facts
    auth = work.credential(facts.target).auth
    around = Circumstances(auth=auth, cloud=work.settings.cloud, today=work.started.date())
    return facts.clock_skew, diagnose(examination, around)


def _exit_code(work: "Work", diagnoses: "list[Diagnosis]") -> int:
    from pal_agent.doctor import Outcome
    from pal_agent.errors import ExitCode

    if work.interruption.code is not None:
        return work.interruption.code
    failed = any(diagnosis.outcome is Outcome.FAILED for diagnosis in diagnoses)
    return ExitCode.INCOMPLETE if failed else ExitCode.OK
