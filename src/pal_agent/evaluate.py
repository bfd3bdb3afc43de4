"""Facts to answers, for a whole run: attribution, then findings, one element at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pal_agent.attribution import Doubts, Sighting, attribute, summarise
from pal_agent.exceptions import apply_exceptions, is_at_least, worst
from pal_agent.findings import Context, SubscriptionView, TargetView, about_subscription, about_target
from pal_agent.history import Previous, RunStore
from pal_agent.model import Finding, Severity, Status, Target, TargetFacts
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
    """What matters beside the report: whether everything could be told, the worst finding nobody excepted, and by how
    many seconds at most Azure's clock is apart from ours."""

    complete: bool = True
    worst: Severity | None = None
    clock_skew: float = 0.0

    def note(self, findings: Iterable[Finding]) -> None:
        found = worst(findings)
        if found is not None and (self.worst is None or is_at_least(found, self.worst)):
            self.worst = found


def evaluate(store: RunStore, rules: Rules, *, with_subscriptions: bool = True) -> Evaluation:
    """Adds results and findings to the facts in `store`."""
    evaluation = Evaluation()
    for facts in store.whole_facts():
        _evaluate_target(store, facts, rules, evaluation)
    if with_subscriptions:
        _evaluate_subscriptions(store, rules, evaluation)
    return evaluation


def _evaluate_target(store: RunStore, facts: TargetFacts, rules: Rules, evaluation: Evaluation) -> None:
    result = summarise(facts, rules.context.catalogue)
    previous = rules.previous(facts.target)
    view = TargetView(
        facts=facts,
        result=result,
        previous=None if previous is None else previous.result,
        written_by_us=None if previous is None else rules.written(facts, previous),
    )
    store.add_result(result)
    evaluation.complete &= result.status is Status.VERIFIED
    evaluation.clock_skew = max(evaluation.clock_skew, facts.clock_skew or 0.0, key=abs)
    _add(store, about_target(view, rules.context), rules, evaluation)


def _evaluate_subscriptions(store: RunStore, rules: Rules, evaluation: Evaluation) -> None:
    doubts = Doubts.among(store.facts())
    context = rules.context
    for _, seen in store.sightings():
        sightings = tuple(Sighting(facts=facts, seen=one) for facts, one in seen)
        result = attribute(sightings, doubts=doubts, catalogue=context.catalogue, require=context.require)
        store.add_result(result)
        evaluation.complete &= result.complete
        _add(
            store, about_subscription(SubscriptionView(result=result, sightings=sightings), context), rules, evaluation
        )


def _add(store: RunStore, findings: list[Finding], rules: Rules, evaluation: Evaluation) -> None:
    excepted = list(apply_exceptions(findings, rules.exceptions, rules.context.today))
    evaluation.note(excepted)
    for finding in excepted:
        store.add_result(finding)
