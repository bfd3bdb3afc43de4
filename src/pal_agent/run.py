"""The story in order: targets, gather, evaluate, (plan, apply, read back,) report. The only caller of the engine."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import TypeVar

from pal_agent import __version__, credentials, roles
from pal_agent.apply import carry_out
from pal_agent.batch import Batch, facts_in, gather_batch, split
from pal_agent.cloud.azure import Azure
from pal_agent.cloud.exchange import Later
from pal_agent.cloud.patience import Pace
from pal_agent.cloud.principal import Principal
from pal_agent.engine.batches import Batches
from pal_agent.engine.threads import Pool
from pal_agent.errors import ExitCode, SecretError
from pal_agent.evaluate import Evaluation, Rules, evaluate, nothing_before, nothing_written
from pal_agent.exceptions import is_at_least
from pal_agent.findings import Context
from pal_agent.gather import Conversation, Questions, gather, gather_link
from pal_agent.history import Previous, RecordedRun, RunStore
from pal_agent.interruption import Interruption
from pal_agent.journal import Journal
from pal_agent.model import (
    Change,
    Code,
    LinkFact,
    Missing,
    NoLink,
    Outcome,
    Plan,
    Reason,
    RunHeader,
    Severity,
    Target,
    TargetFacts,
)
from pal_agent.plan import Allowed, Planner
from pal_agent.settings import Certificate, Credential, SecretReference, Settings

T = TypeVar("T")
MOST_SKEW = 300.0  # seconds; Entra refuses assertions beyond five minutes
INTERRUPTED = Missing(reason=Reason(code=Code.INTERRUPTED, message="The run was interrupted before this target."))


def silent(_: object) -> None:
    """Nobody is listening."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a run works with. `secret` reads a reference when it is needed; `progress` hears of each target done, `say`
    of what the user should know; `away` are other processes or machines that gather, if any: writing is done here."""

    settings: Settings
    targets: Sequence[Target]
    azure: Azure
    secret: Callable[[SecretReference], str]
    interruption: Interruption = field(default_factory=Interruption)
    progress: Callable[[Target], None] = silent
    say: Callable[[str], None] = silent
    away: Batches | None = None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    pace: Pace = field(default_factory=Pace)

    @property
    def run_id(self) -> str:
        """Sorts by time. Two runs of one history can't start in the same microsecond."""
        return f"{self.started:%Y%m%dT%H%M%S.%fZ}"

    def credential(self, target: Target) -> Credential:
        return self._by_name[target.credential]

    @cached_property
    def _by_name(self) -> dict[str, Credential]:
        return {credential.name: credential for credential in self.settings.credentials}


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the history knows; by default nothing."""

    previous: Callable[[Target], Previous | None] = nothing_before
    written: Callable[[TargetFacts, Previous], str | None] = nothing_written


# --- check ------------------------------------------------------------------------------------------------------


def check(work: Work, *, quick: bool, fail_on: Severity | None, before: Before, names: bool = False) -> RunStore:
    """Reads and judges every target. `fail_on` None never fails a run for its findings."""
    store = RunStore(require=work.settings.require)
    gathered = gather_here if work.away is None else partial(_gather_away, away=work.away)
    for facts in gathered(work, quick=quick, names=names):
        store.add_target(facts)
    evaluation = evaluate(store, rules(work.settings, work.started.date(), before))
    if abs(evaluation.clock_skew) > MOST_SKEW:
        work.say(f"Warning: this machine's clock is {evaluation.clock_skew:+.0f} s apart from Azure's; set it right.")
    store.finish(header(work, "check", exit_code(evaluation, fail_on, work.interruption.code), evaluation, quick=quick))
    return store


def evaluate_again(recorded: RecordedRun, settings: Settings) -> RunStore:
    """A recorded run's facts judged by today's rules and settings, offline. What was found before it is not asked."""
    then = recorded.header
    store = RunStore(require=settings.require)
    for facts in recorded.whole_facts():
        store.add_target(facts)
    today = datetime.now(UTC).date()
    evaluation = evaluate(store, rules(settings, today, Before()), with_subscriptions=then.command == "check")
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


# --- where targets are gathered ---------------------------------------------------------------------------------


def gather_here(work: Work, *, quick: bool, names: bool) -> Iterator[TargetFacts]:
    """The facts of every target, by threads of this process, as they come."""
    questions = Questions(azure=work.azure, quick=quick, names=names)
    people = _Principals(work)
    conversations = (gather(people.of(target), questions, people.certificate_ends(target)) for target in work.targets)
    for _, facts in _run(work, work.targets, conversations):
        yield facts


def _gather_away(work: Work, *, quick: bool, names: bool, away: Batches) -> Iterator[TargetFacts]:
    """The same by other processes or machines."""
    whole = Batch(settings=work.settings, targets=tuple(work.targets), quick=quick, names=names)
    left = {target.key: target for target in work.targets}
    with work.interruption.stopping(away.stop):
        for result in away.run(gather_batch, split(whole, away.workers)):
            for facts in facts_in(result):
                work.progress(left.pop(facts.target.key))
                yield facts
    for target in left.values():
        yield TargetFacts(target=target, object_id=None, link=INTERRUPTED)


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
    people = _Principals(work)
    principals: dict[int, Principal] = {}
    known: dict[tuple[str, str], Known] = {}

    def conversations() -> Iterator[Conversation[TargetFacts]]:
        for number, target in enumerate(work.targets):
            principals[number] = people.of(target)
            yield gather_link(principals[number], questions)

    for number, facts in _run(work, work.targets, conversations()):
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
    for number, (outcome, link) in _finished(work, conversations):
        done[number] = outcome
        if link is not None:
            links.store.add_target(replace(concerned[number].facts, link=link))
        work.progress(concerned[number].facts.target)
    return [
        done.get(number) or Outcome(change=change, writes=0, failed=INTERRUPTED.reason)
        for number, (change, _) in enumerate(pairs)
    ]


def finish_apply(work: Work, links: Links, outcomes: Sequence[Outcome], before: Before) -> RunStore:
    """Judges the links as they were read last, and ends the run."""
    evaluation = evaluate(links.store, rules(work.settings, work.started.date(), before), with_subscriptions=False)
    as_desired = not links.plan.blocked and all(outcome.failed is None for outcome in outcomes)
    code = exit_code(evaluation, None, work.interruption.code) or (ExitCode.OK if as_desired else ExitCode.FINDINGS)
    links.store.finish(header(work, "apply", code, evaluation))
    return links.store


def _carried_out(
    change: Change, known: Known, questions: Questions, allowed: Allowed, journal: Journal
) -> Conversation[tuple[Outcome, LinkFact | NoLink | Missing | None]]:
    known.principal.restart()
    return carry_out(known.principal, questions, change=change, read_at=known.read_at, allowed=allowed, journal=journal)


# --- the engine -------------------------------------------------------------------------------------------------


@dataclass
class _Principals:
    """Targets ready to sign in."""

    work: Work

    def of(self, target: Target) -> Principal:
        auth = self.work.credential(target).auth
        sign_in = credentials.signer(auth, target, azure=self.work.azure, secret=self.work.secret)
        return Principal(target, sign_in=sign_in, timeout=self.work.settings.timeout, pace=self.work.pace)

    def certificate_ends(self, target: Target) -> date | None:
        auth = self.work.credential(target).auth
        if not isinstance(auth, Certificate):
            return None
        from pal_agent.credentials import certificate

        try:
            return certificate.ends(auth.path, self.work.secret(auth.password) if auth.password else None)
        except SecretError:
            return None  # signing in will say so


def ask_each(
    work: Work, conversation: Callable[[Principal, date | None], Conversation[T]]
) -> Iterator[tuple[Target, T]]:
    """One conversation with each target, given its certificate's end; answers as they come. Targets that an
    interruption kept from starting have none."""
    people = _Principals(work)
    conversations = (conversation(people.of(target), people.certificate_ends(target)) for target in work.targets)
    for number, answer in _finished(work, conversations):
        work.progress(work.targets[number])
        yield work.targets[number], answer


def _run(
    work: Work, targets: Sequence[Target], conversations: Iterator[Conversation[TargetFacts]]
) -> Iterator[tuple[int, TargetFacts]]:
    """The facts of every target; those that an interruption kept from starting say so."""
    left = set(range(len(targets)))
    for number, facts in _finished(work, conversations):
        left.discard(number)
        work.progress(targets[number])
        yield number, facts
    for number in sorted(left):
        yield number, TargetFacts(target=targets[number], object_id=None, link=INTERRUPTED)


def _finished(work: Work, conversations: Iterator[Conversation[T]]) -> Iterator[tuple[int, T]]:
    pool = Pool(conversations, jobs=work.settings.jobs, later=Later)
    with work.interruption.stopping(pool.stop):
        yield from pool.run()
