"""Facts to answers, for a whole run: attribution, then findings, one element at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pal_agent.attribution import Doubts, Sighting, attribute, summarise
from pal_agent.exceptions import apply_exceptions, is_at_least, worst
from pal_agent.findings import Context, SubscriptionView, TargetView, about_subscription, about_target
from pal_agent.history import Previous, RunStore
from pal_agent.model import Finding, Missing, Severity, Status, Target, TargetFacts
from pal_agent.settings import ExceptionRule


def nothing_before(_: Target) -> None:
    """No earlier run is known."""


def nothing_written(_: TargetFacts, __: Previous) -> None:
    """No write of ours is known."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What facts are judged by. `previous` finds a target in an earlier run, `written` the partner ID that we wrote to
    its link since then ("" for a removal, None for nothing)."""

    context: Context
    exceptions: tuple[ExceptionRule, ...] = ()
    previous: Callable[[Target], Previous | None] = nothing_before
    written: Callable[[TargetFacts, Previous], str | None] = nothing_written


@dataclass
class Evaluation:
    """Adds results and findings to the facts in `store`: a target's when its facts are there, a subscription's when
    everybody's are. `ahead`: so many are judged before that, as if nobody else would see them, while others are waited
    for.

    Beside the report it matters whether everything could be told, what the worst finding is that nobody excepted, and
    by how many seconds at most Azure's clock is apart from ours.
    """

    store: RunStore
    rules: Rules
    ahead: int = 2000  # of each a kilobyte or two is kept
    complete: bool = True
    worst: Severity | None = None
    clock_skew: float = 0.0
    _foreseen: dict[str, tuple[bool, list[Finding]]] = field(default_factory=dict)

    def judge_target(self, facts: TargetFacts) -> None:
        """`facts` are those that the store has of the target; each target once."""
        result = summarise(facts, self.rules.context.catalogue)
        previous = self.rules.previous(facts.target)
        view = TargetView(
            facts=facts,
            result=result,
            previous=None if previous is None else previous.result,
            written_by_us=None if previous is None else self.rules.written(facts, previous),
        )
        self.store.add_result(result)
        self.complete &= result.status is Status.VERIFIED
        self.clock_skew = max(self.clock_skew, facts.clock_skew or 0.0, key=abs)
        self._add(about_target(view, self.rules.context))
        for seen in () if isinstance(facts.subscriptions, Missing) else facts.subscriptions:
            key = seen.subscription_id.lower()
            if key not in self._foreseen and len(self._foreseen) < self.ahead:
                self._foreseen[key] = self._judged((Sighting(facts=facts, seen=seen),), Doubts())

    def judge_subscriptions(self) -> None:
        """All that the store has sightings of: what one target can't tell may be what another one sees. Most have been
        seen by one target that nobody casts doubt on, and are judged already."""
        doubts = Doubts.among(self.store.facts())
        for subscription_id, seen in self.store.sightings():
            sightings = tuple(Sighting(facts=facts, seen=one) for facts, one in seen)
            is_as_foreseen = len(sightings) == 1 and not doubts.concern(sightings[0].seen)
            foreseen = self._foreseen.get(subscription_id.lower()) if is_as_foreseen else None
            complete, findings = foreseen or self._judged(sightings, doubts)
            self.complete &= complete
            self._add(findings)

    def _judged(self, sightings: tuple[Sighting, ...], doubts: Doubts) -> tuple[bool, list[Finding]]:
        """Whether all could be told, and what was found. The result is in the store; one that was there is replaced."""
        context = self.rules.context
        result = attribute(sightings, doubts=doubts, catalogue=context.catalogue, require=context.require)
        self.store.add_result(result)
        return result.complete, about_subscription(SubscriptionView(result=result, sightings=sightings), context)

    def _add(self, findings: list[Finding]) -> None:
        excepted = list(apply_exceptions(findings, self.rules.exceptions, self.rules.context.today))
        found = worst(excepted)
        if found is not None and (self.worst is None or is_at_least(found, self.worst)):
            self.worst = found
        for finding in excepted:
            self.store.add_result(finding)
