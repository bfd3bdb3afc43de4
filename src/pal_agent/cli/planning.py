"""A plan in words, and where it is saved."""

from collections.abc import Iterator
from pathlib import Path

from pal_agent.errors import AgentError, ExitCode
from pal_agent.model import Code, Outcome, Plan, Reason
from pal_agent.plan import describe
from pal_agent.report.clean import clean


def table(plan: Plan, *, quiet: bool = False) -> str:
    return "\n".join(_lines(plan, quiet=quiet))


def _lines(plan: Plan, *, quiet: bool) -> Iterator[str]:
    for change in plan.changes:
        yield clean(describe(change))
    for blocked in plan.blocked:
        yield clean(f"blocked  {describe(blocked.change)} ({blocked.reason})")
    if not quiet or plan.changes or plan.blocked:
        yield (
            f"{len(plan.changes)} to change, {len(plan.blocked)} blocked, "
            f"{plan.unchanged} as desired, {plan.unverified} could not be read."
        )
    if plan.unverified:
        yield "Those that could not be read are left alone; `pal-agent check` says why."


def results(outcomes: list[Outcome]) -> Iterator[str]:
    """What became of each change."""
    for outcome in outcomes:
        if outcome.failed is None:
            yield clean(f"done     {describe(outcome.change)}")
        else:
            yield clean(f"FAILED   {describe(outcome.change)}: {outcome.failed.message} ({outcome.failed.code})")


def exit_code(plan: Plan) -> ExitCode:
    """For `plan`: 3 outranks 1, as everywhere."""
    if plan.unverified:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if plan.changes or plan.blocked else ExitCode.OK


def save(path: Path, text: str) -> None:
    """Whole or not at all."""
    from pal_agent.report.writing import replace_file

    try:
        replace_file(path, iter([text]))
    except OSError as error:
        raise AgentError(f"the plan can't be written: {error.strerror or error}", where=str(path)) from error


def declined(plan: Plan) -> list[Outcome]:
    """The outcome of a plan that nobody wanted carried out."""
    reason = Reason(code=Code.INTERRUPTED, message="Not carried out.")
    return [Outcome(change=change, writes=0, failed=reason) for change in plan.changes]
