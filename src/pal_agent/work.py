"""What a run works with, and how its conversations are put on an engine: threads here, or other processes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TypeVar

from pal_agent import credentials
from pal_agent.batch import Batch, facts_in, gather_batch, split
from pal_agent.cloud.azure import Azure
from pal_agent.cloud.exchange import Later
from pal_agent.cloud.patience import Pace
from pal_agent.cloud.principal import Principal
from pal_agent.engine import nothing
from pal_agent.engine.batches import Batches
from pal_agent.engine.threads import Pool
from pal_agent.errors import SecretError
from pal_agent.gather import Conversation, Questions, gather
from pal_agent.interruption import Interruption
from pal_agent.model import Code, Missing, Reason, Target, TargetFacts
from pal_agent.settings import Certificate, Credential, SecretReference, Settings

T = TypeVar("T")
INTERRUPTED = Missing(reason=Reason(code=Code.INTERRUPTED, message="The run was interrupted before this target."))
Phase = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@contextmanager
def unseen(_: str, __: int) -> Iterator[Callable[[], None]]:
    """Nobody is watching."""
    yield lambda: None


def unheard(_: str) -> None:
    """Nobody is listening."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a run works with. `secret` reads a reference when it is needed; `phase` shows how a stretch of work goes on,
    `say` tells the user something; `away` are other processes or machines that gather, if any: writing is done here."""

    settings: Settings
    targets: Sequence[Target]
    azure: Azure
    secret: Callable[[SecretReference], str]
    interruption: Interruption = field(default_factory=Interruption)
    phase: Phase = unseen
    say: Callable[[str], None] = unheard
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


def gather_here(work: Work, *, quick: bool, names: bool) -> Iterator[TargetFacts]:
    """The facts of every target, by threads of this process, as they come."""
    questions = Questions(azure=work.azure, quick=quick, names=names)
    people = Principals(work)
    conversations = (gather(people.of(target), questions, people.certificate_ends(target)) for target in work.targets)
    for _, facts in told(work, conversations, meanwhile=work.azure.prepare):
        yield facts


def gather_away(work: Work, *, quick: bool, names: bool, away: Batches) -> Iterator[TargetFacts]:
    """The same by other processes or machines."""
    whole = Batch(settings=work.settings, targets=tuple(work.targets), quick=quick, names=names)
    left = {target.key: target for target in work.targets}
    with work.interruption.stopping(away.stop), work.phase("reading", len(left)) as advance:
        for result in away.run(gather_batch, split(whole, away.workers)):
            for facts in facts_in(result):
                del left[facts.target.key]
                advance()
                yield facts
    for target in left.values():
        yield TargetFacts(target=target, object_id=None, link=INTERRUPTED)


@dataclass
class Principals:
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
    people = Principals(work)
    conversations = (conversation(people.of(target), people.certificate_ends(target)) for target in work.targets)
    for number, answer in finished(work, conversations, "asking", len(work.targets)):
        yield work.targets[number], answer


def told(
    work: Work, conversations: Iterator[Conversation[TargetFacts]], *, meanwhile: Callable[[], None] = nothing
) -> Iterator[tuple[int, TargetFacts]]:
    """The facts of every target, by its place; those that an interruption kept from starting say so."""
    left = set(range(len(work.targets)))
    for number, facts in finished(work, conversations, "reading", len(left), meanwhile=meanwhile):
        left.discard(number)
        yield number, facts
    for number in sorted(left):
        yield number, TargetFacts(target=work.targets[number], object_id=None, link=INTERRUPTED)


def finished(
    work: Work,
    conversations: Iterator[Conversation[T]],
    doing: str,
    total: int,
    *,
    meanwhile: Callable[[], None] = nothing,
) -> Iterator[tuple[int, T]]:
    """What each conversation came to, by its place, as they end. `meanwhile` is done while the first ones wait."""
    pool = Pool(conversations, jobs=work.settings.jobs, later=Later)
    with work.interruption.stopping(pool.stop), work.phase(doing, total) as advance:
        for result in pool.run(meanwhile):
            advance()
            yield result
