"""The story in order: targets, gather, evaluate, (plan, apply, read back,) report."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial

from pal_agent import __version__, roles
from pal_agent.apply import carry_out
from pal_agent.cloud.principal import Principal
from pal_agent.errors import ExitCode
from pal_agent.evaluate import Evaluation, Rules, nothing_before, nothing_written
from pal_agent.exceptions import is_at_least
from pal_agent.findings import Context
from pal_agent.gather import Conversation, Questions, gather_link
from pal_agent.history import Previous, RecordedRun, RunStore
from pal_agent.journal import Journal
from pal_agent.model import (
    Change,
    LinkFact,
    Missing,
    NoLink,
    Outcome,
    Plan,
    RunHeader,
    Severity,
    Target,
    TargetFacts,
)
from pal_agent.plan import Allowed, Planner
from pal_agent.settings import Settings
from pal_agent.work import INTERRUPTED, Principals, Work, finished, gather_away, gather_here, timestamp, told

MOST_SKEW = 300.0  # seconds; Entra refuses assertions beyond five minutes


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the history knows; by default nothing."""

    previous: Callable[[Target], Previous | None] = nothing_before
    written: Callable[[TargetFacts, Previous], str | None] = nothing_written


# --- check ------------------------------------------------------------------------------------------------------


def check(work: Work, *, quick: bool, fail_on: Severity | None, before: Before, names: bool = False) -> RunStore:
    """Reads and judges every target. `fail_on` None never fails a run for its findings; `names` asks what tenants are
    called, a call for each target that nothing else needs."""
    store = RunStore(require=work.settings.require)
    gathered = gather_here if work.away is None else partial(gather_away, away=work.away)
    evaluation = Evaluation(store, rules(work.settings, work.started.date(), before))
    for facts in gathered(work, quick=quick, names=names):
        store.add_target(facts)
        evaluation.judge_target(facts)  # while others are still being waited for
    evaluation.judge_subscriptions()
    if abs(evaluation.clock_skew) > MOST_SKEW:
        work.say(f"Warning: this machine's clock is {evaluation.clock_skew:+.0f} s apart from Azure's; set it right.")
    store.finish(header(work, "check", exit_code(evaluation, fail_on, work.interruption.code), evaluation, quick=quick))
    return store


def evaluate_again(recorded: RecordedRun, settings: Settings) -> RunStore:
    """A recorded run's facts judged by today's rules and settings, offline. What was found before it is not asked."""
    then = recorded.header
    store = RunStore(require=settings.require)
    evaluation = Evaluation(store, rules(settings, datetime.now(UTC).date(), Before()))
    for facts in recorded.whole_facts():
        store.add_target(facts)
        evaluation.judge_target(facts)
    if then.command == "check":
        evaluation.judge_subscriptions()
    code = exit_code(evaluation, Severity.ERROR, None)
    store.finish(replace(then, complete=evaluation.complete, require=settings.require, exit_code=code))
    return store


def rules(settings: Settings, today: date, before: Before) -> Rules:
    context = Context(
        partner_id=settings.partner_id,
        partner_name=settings.partner_name,
        require=settings.require,
        today=today,
        catalogue=roles.bundled(),
    )
    return Rules(context=context, exceptions=settings.exceptions, previous=before.previous, written=before.written)


def exit_code(evaluation: Evaluation, fail_on: Severity | None, interrupted: ExitCode | None) -> ExitCode:
    """An interruption outranks all; "could not tell" outranks any finding."""
    if interrupted is not None:
        return interrupted
    if not evaluation.complete:
        return ExitCode.INCOMPLETE
    failing = fail_on is not None and is_at_least(evaluation.worst, fail_on)
    return ExitCode.FINDINGS if failing else ExitCode.OK


def header(work: Work, command: str, code: ExitCode, evaluation: Evaluation, *, quick: bool = False) -> RunHeader:
    return RunHeader(
        id=work.run_id,
        command=command,
        started_at=timestamp(work.started),
        finished_at=timestamp(datetime.now(UTC)),
        agent_version=__version__,
        exit_code=code,
        complete=evaluation.complete,
        require=work.settings.require,
        quick=quick,
    )


# --- plan and apply ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A target whose link was read, ready to be written to. `read_at` is on the monotonic clock."""

    principal: Principal
    facts: TargetFacts
    read_at: float


@dataclass(frozen=True, kw_only=True)
class Links:
    """The links of all chosen targets as they are now, and what would change. `known` holds what is to be changed."""

    store: RunStore
    plan: Plan
    known: dict[tuple[str, str], Known]


def read_links(work: Work, allowed: Allowed) -> Links:
    store = RunStore(require=work.settings.require)
    questions = Questions(azure=work.azure)
    planner = Planner(allowed)
    people = Principals(work)
    principals: dict[int, Principal] = {}
    known: dict[tuple[str, str], Known] = {}

    def conversations() -> Iterator[Conversation[TargetFacts]]:
        for number, target in enumerate(work.targets):
            principals[number] = people.of(target)
            yield gather_link(principals[number], questions)

    for number, facts in told(work, conversations()):
        store.add_target(facts)
        planner.add(facts)
        principal = principals.pop(number, None)
        if principal is not None and planner.concerns(facts.target):
            known[facts.target.key] = Known(principal, facts, time.monotonic())
    return Links(store=store, plan=planner.plan(), known=known)


def apply(work: Work, links: Links, allowed: Allowed, journal: Journal) -> list[Outcome]:
    """Carries the plan's changes out; what was read back replaces the facts in `links.store`."""
    questions = Questions(azure=work.azure)
    concerned = [links.known[change.credential.lower(), change.tenant_id.lower()] for change in links.plan.changes]
    pairs = list(zip(links.plan.changes, concerned, strict=True))
    conversations = (_carried_out(change, known, questions, allowed, journal) for change, known in pairs)
    done: dict[int, Outcome] = {}
    for number, (outcome, link) in finished(work, conversations, "writing", len(pairs)):
        done[number] = outcome
        if link is not None:
            links.store.add_target(replace(concerned[number].facts, link=link))
    return [
        done.get(number) or Outcome(change=change, writes=0, failed=INTERRUPTED.reason)
        for number, (change, _) in enumerate(pairs)
    ]


def finish_apply(work: Work, links: Links, outcomes: Sequence[Outcome], before: Before) -> RunStore:
    """Judges the links as they were read last, and ends the run."""
    evaluation = Evaluation(links.store, rules(work.settings, work.started.date(), before))
    for facts in links.store.whole_facts():
        evaluation.judge_target(facts)
    as_desired = not links.plan.blocked and all(outcome.failed is None for outcome in outcomes)
    code = exit_code(evaluation, None, work.interruption.code) or (ExitCode.OK if as_desired else ExitCode.FINDINGS)
    links.store.finish(header(work, "apply", code, evaluation))
    return links.store


def _carried_out(
    change: Change, known: Known, questions: Questions, allowed: Allowed, journal: Journal
) -> Conversation[tuple[Outcome, LinkFact | NoLink | Missing | None]]:
    known.principal.restart()
    return carry_out(known.principal, questions, change=change, read_at=known.read_at, allowed=allowed, journal=journal)
