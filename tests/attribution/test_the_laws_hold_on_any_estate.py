"""The laws that every attribution keeps, whatever the facts."""

from collections.abc import Callable
from dataclasses import fields, replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pal_agent import scopes
from pal_agent.attribution import holdings, is_earning, summarise
from pal_agent.model import (
    Missing,
    NotAsked,
    State,
    SubscriptionFacts,
    SubscriptionResult,
    TargetFacts,
    Tier,
)
from pal_agent.roles import bundled
from tests.attribution.estates import CSP, MISSING, SCOPES, Estate, assignments, attributed, estates, targets

LADDER = (State.NONE, State.UNKNOWN, State.PARTIAL, State.FULL)
Cells = dict[tuple[str, Tier], State]

few = settings(max_examples=40, deadline=None)


def cells(result: SubscriptionResult) -> Cells:
    scopes = {"": result.tiers} | {group.name.lower(): group.tiers for group in result.resource_groups}
    return {(scope, tier): tiers.of(tier) for scope, tiers in scopes.items() for tier in Tier}


def is_no_worse(state: State, other: State) -> bool:
    return LADDER.index(state) >= LADDER.index(other)


@few
@given(estate=estates(), data=st.data())
def test_more_assignments_never_lower_a_tier(estate: Estate, data: st.DataObject) -> None:
    """One more role for any target leaves every tier of every scope as it is, or raises it."""
    place = data.draw(
        st.sampled_from([index for index, facts in enumerate(estate) if _lists_assignments(facts)] or [None])
    )
    assume(place is not None)
    more = data.draw(assignments(estate[place].object_id or ""))
    after = attributed(_changed(estate, place, lambda seen: _with(seen, replace(more, id="one more"))))
    before = cells(attributed(estate))
    assert all(is_no_worse(state, before[cell]) for cell, state in cells(after).items())


@few
@given(estate=estates())
def test_no_tier_is_better_than_the_one_it_builds_on(estate: Estate) -> None:
    """`pec` is at most `influence`, `influence` at most `association`, for every scope."""
    result = attributed(estate)
    for tiers in (result.tiers, *(group.tiers for group in result.resource_groups)):
        assert is_no_worse(tiers.influence, tiers.pec)
        assert is_no_worse(tiers.association, tiers.influence)


@few
@given(estate=estates(), require=st.sampled_from(list(Tier)), data=st.data())
def test_order_changes_nothing(estate: Estate, require: Tier, data: st.DataObject) -> None:
    """Targets and facts may come in any order: subscriptions and targets are reported the same."""
    shuffled = [_shuffled(facts, data) for facts in data.draw(st.permutations(estate))]
    assert attributed(shuffled, require) == attributed(estate, require)
    before = {facts.target.key: summarise(facts, bundled()) for facts in estate}
    assert {facts.target.key: summarise(facts, bundled()) for facts in shuffled} == before


@few
@given(estate=estates())
def test_a_group_is_never_better_than_what_covers_it_allows(estate: Estate) -> None:
    """A group is full or partial only where an earning target holds a role that covers it as far, and all that
    is named behind it covers it."""
    result = attributed(estate)
    held = [held for facts in estate if is_earning(facts) for held in summarise(facts, bundled()).role_assignments]
    for group in result.resource_groups:
        covers = {each.id: _covers(each.scope, result, group.name) for each in held}
        if group.tiers.association in (State.FULL, State.PARTIAL):
            assert group.tiers.association in {_covers(each.scope, result, group.name) for each in held}
        assert all(source.assignment_id in covers for source in group.by)


@few
@given(estate=estates(), stranger=targets("stranger"), reason=st.sampled_from([MISSING, CSP]))
def test_an_unverified_target_never_turns_an_answer_into_unknown(
    estate: Estate, stranger: TargetFacts, reason: Missing
) -> None:
    """Full and partial stand, whatever is not known of one more target; only none may become unknown."""
    assume(not _is_quick(estate))
    unverified = replace(stranger, link=reason)
    before, after = cells(attributed(estate)), cells(attributed([*estate, unverified]))
    for cell, state in before.items():
        assert after[cell] in ({state, State.UNKNOWN} if state is State.NONE else {state})


@few
@given(estate=estates())
def test_what_counts_may_count(estate: Estate) -> None:
    """What is certain is never more than what is possible, for any holding, tier and scope."""
    for facts, seen in _sightings(estate):
        for holding in holdings(facts, seen, bundled()):
            for tier in Tier:
                assert all(holding.may_count(tier, at=at) or not holding.counts(tier, at=at) for at in SCOPES)


@few
@given(estate=estates())
def test_nothing_missing_leaves_nothing_unknown(estate: Estate) -> None:
    """When every fact was read the subscription is complete and no cell is unknown, `pec` under `--quick` aside."""
    whole = [_whole(facts) for facts in estate]
    assume(any(facts.subscriptions for facts in whole))
    result = attributed(whole)
    assert result.complete
    asked = (Tier.ASSOCIATION, Tier.INFLUENCE) if _is_quick(whole) else tuple(Tier)
    assert all(state is not State.UNKNOWN for (_, tier), state in cells(result).items() if tier in asked)


@few
@given(estate=estates(quick=False), data=st.data())
def test_what_could_not_be_read_never_looks_like_an_answer(estate: Estate, data: st.DataObject) -> None:
    """Hiding any one fact raises nothing, and where it lowers a tier the subscription is no longer complete."""
    place = data.draw(st.sampled_from(range(len(estate))))
    assume(estate[place].target.tenant_id != "t3")  # neither owner nor manager, so it could not have seen anything
    hidden = _hidden(estate, place, data.draw(st.sampled_from(["link", "assignments", "time_bound", "deny", "groups"])))
    before, after = attributed(estate), attributed(hidden)
    told = cells(after)
    for cell, state in cells(before).items():
        if cell in told and told[cell] is not state:
            assert not after.complete
            assert told[cell] is State.UNKNOWN or not is_no_worse(told[cell], state)


def _sightings(estate: Estate) -> list[tuple[TargetFacts, SubscriptionFacts]]:
    return [(facts, seen) for facts in estate if isinstance(facts.subscriptions, tuple) for seen in facts.subscriptions]


def _is_quick(estate: Estate) -> bool:
    return any(isinstance(seen.time_bound, NotAsked) for _, seen in _sightings(estate))


def _covers(scope: str, result: SubscriptionResult, group: str) -> State:
    return scopes.covers(scope, subscription_id=result.subscription_id, group=group)


def _lists_assignments(facts: TargetFacts) -> bool:
    return facts.target.tenant_id == "t1" and any(
        isinstance(seen.assignments, tuple) for _, seen in _sightings([facts])
    )


def _with(seen: SubscriptionFacts, more: object) -> SubscriptionFacts:
    listed = seen.assignments if isinstance(seen.assignments, tuple) else ()
    return replace(seen, assignments=(*listed, more))


def _changed(estate: Estate, place: int, change: Callable[[SubscriptionFacts], SubscriptionFacts]) -> Estate:
    facts = estate[place]
    if not isinstance(facts.subscriptions, tuple):
        return estate
    changed = replace(facts, subscriptions=tuple(change(seen) for seen in facts.subscriptions))
    return [*estate[:place], changed, *estate[place + 1 :]]


def _hidden(estate: Estate, place: int, fact: str) -> Estate:
    if fact == "link":
        return [*estate[:place], replace(estate[place], link=MISSING), *estate[place + 1 :]]
    if fact == "assignments" and estate[place].target.tenant_id != "t1":
        fact = "authorizations"
    return _changed(estate, place, lambda seen: replace(seen, **{fact: MISSING}))


def _shuffled(facts: TargetFacts, data: st.DataObject) -> TargetFacts:
    def shuffle(seen: SubscriptionFacts) -> SubscriptionFacts:
        lists = {field.name: getattr(seen, field.name) for field in fields(seen)}
        return replace(
            seen,
            **{
                name: tuple(data.draw(st.permutations(each))) for name, each in lists.items() if isinstance(each, tuple)
            },
        )

    return _changed([facts], 0, shuffle)[0]


def _whole(facts: TargetFacts) -> TargetFacts:
    """The same target with nothing missing and no group whose membership is not known."""

    def read(seen: SubscriptionFacts) -> SubscriptionFacts:
        lists = {field.name: getattr(seen, field.name) for field in fields(seen)}
        return replace(seen, **{name: () for name, each in lists.items() if isinstance(each, Missing)})

    known = replace(facts.target, groups=("g1", "g2"))
    link = replace(facts, target=known, link=CSP if isinstance(facts.link, Missing) else facts.link)
    if isinstance(facts.subscriptions, Missing):
        return replace(link, subscriptions=())
    return replace(link, subscriptions=tuple(read(seen) for seen in facts.subscriptions))
