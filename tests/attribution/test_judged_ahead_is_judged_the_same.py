"""A subscription is judged when its first target is read, and once more where that was not all there was to know."""

from datetime import date

from hypothesis import given, settings

from pal_agent.evaluate import Evaluation, Rules
from pal_agent.findings import Context
from pal_agent.history import RunStore
from pal_agent.model import Finding, Severity, SubscriptionResult, TargetFacts, Tier
from pal_agent.roles import bundled
from tests.attribution.estates import Estate, estates

CONTEXT = Context(
    partner_id="5127255", partner_name=None, require=Tier.INFLUENCE, today=date(2026, 11, 4), catalogue=bundled()
)
Judged = tuple[list[SubscriptionResult], list[Finding], bool, Severity | None]


def judged(estate: list[TargetFacts], ahead: int) -> Judged:
    with RunStore(require=Tier.INFLUENCE) as store:
        evaluation = Evaluation(store, Rules(context=CONTEXT), ahead=ahead)
        for facts in estate:
            store.add_target(facts)
            evaluation.judge_target(facts)
        evaluation.judge_subscriptions()
        return list(store.subscriptions()), list(store.findings()), evaluation.complete, evaluation.worst


@settings(max_examples=100, deadline=None)
@given(estate=estates())
def test_ahead_or_not_all_is_the_same(estate: Estate) -> None:
    """Results, findings, and what the exit code comes from: with other targets that see it, with doubts, without."""
    distinct = list({facts.target.key: facts for facts in estate}.values())
    assert judged(distinct, ahead=0) == judged(distinct, ahead=1000)
