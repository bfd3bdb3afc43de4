"""Whatever the order of work, a run reads the same; and it holds what was put in."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent.history import RunStore
from pal_agent.model import (
    Code,
    Finding,
    LinkFact,
    Missing,
    NoLink,
    Reason,
    SubscriptionFacts,
    SubscriptionResult,
    Target,
    TargetFacts,
    TargetResult,
    Tier,
)


def distinct(items, identity):
    return list({identity(item): item for item in items}.values())


@settings(max_examples=40)
@given(data=st.data())
def test_every_list_is_sorted_in_lower_case_and_complete(values, data: st.DataObject) -> None:
    """The contract's order, hostile keys included, however often it is walked."""
    targets = distinct(data.draw(st.lists(values(TargetResult), max_size=4)), lambda result: result.target.key)
    subscriptions = distinct(
        data.draw(st.lists(values(SubscriptionResult), max_size=4)), lambda result: result.subscription_id.lower()
    )
    findings = distinct(
        data.draw(st.lists(values(Finding), max_size=4)), lambda finding: (finding.id.lower(), *finding.order[1:])
    )
    with RunStore(require=Tier.PEC) as store:
        for result in data.draw(st.permutations([*targets, *subscriptions, *findings])):
            store.add_result(result)
        for _ in range(2):
            assert list(store.targets()) == sorted(targets, key=lambda result: result.target.key)
            assert list(store.subscriptions()) == sorted(subscriptions, key=lambda one: one.subscription_id.lower())
            assert list(store.findings()) == sorted(findings, key=lambda one: (one.id.lower(), *one.order[1:]))
        assert store.counts.links == Counter(
            {**dict.fromkeys(store.counts.links, 0), **Counter(str(one.link.state) for one in targets)}
        )
        groups = Counter(str(group.tiers.pec) for one in subscriptions for group in one.resource_groups)
        assert {state: number for state, number in store.counts.resource_groups.items() if number} == groups
        excepted = sum(finding.excepted is not None for finding in findings)
        assert store.counts.findings["excepted"] == excepted
        assert sum(store.counts.findings.values()) == len(findings)


@settings(max_examples=40)
@given(data=st.data())
def test_facts_are_given_back_by_target_and_by_subscription(values, data: st.DataObject) -> None:
    """`sightings` is `whole_facts`, turned round."""
    drawn = data.draw(st.lists(values(TargetFacts), max_size=4))
    facts = sorted(
        distinct(map(with_distinct_subscriptions, drawn), lambda one: one.target.key), key=lambda one: one.target.key
    )
    with RunStore(require=Tier.PEC) as store:
        for one in data.draw(st.permutations(facts)):
            store.add_target(one)
        assert list(store.whole_facts()) == facts
        alone = [one if isinstance(one.subscriptions, Missing) else replace(one, subscriptions=()) for one in facts]
        assert list(store.facts()) == alone
        expected: dict[str, list[tuple[TargetFacts, SubscriptionFacts]]] = {}
        for bare, one in zip(alone, facts, strict=True):
            for seen in () if isinstance(one.subscriptions, Missing) else one.subscriptions:
                expected.setdefault(seen.subscription_id.lower(), []).append((bare, seen))
        sightings = list(store.sightings())
        assert [seen for _, seen in sightings] == [expected[key] for key in sorted(expected)]
        assert all(identity == seen[0][1].subscription_id for identity, seen in sightings)


def with_distinct_subscriptions(facts: TargetFacts) -> TargetFacts:
    if isinstance(facts.subscriptions, Missing):
        return facts
    unique = distinct(facts.subscriptions, lambda one: one.subscription_id.lower())
    return replace(facts, subscriptions=tuple(sorted(unique, key=lambda one: one.subscription_id.lower())))


def test_a_target_added_again_replaces_the_earlier_one() -> None:
    """A link read back after a write is what the run reports; nothing of the earlier reading stays behind."""
    target = Target(credential="a", tenant_id="t", client_id=None, expected_partner_id="5127255")
    seen = SubscriptionFacts(subscription_id="s", name="", tenant_id="t", state="Enabled")
    first = TargetFacts(target=target, object_id="o", link=LinkFact(partner_id="1"), subscriptions=(seen,))
    failed = Missing(reason=Reason(code=Code.TIMEOUT, message="late"))
    second = TargetFacts(target=target, object_id="o", link=LinkFact(partner_id="2"), subscriptions=failed)
    with RunStore(require=Tier.PEC) as store:
        store.add_target(first)
        store.add_target(second)
        assert list(store.whole_facts()) == [second]
        assert list(store.sightings()) == []


def test_a_run_that_is_not_finished_has_no_header() -> None:
    """Nothing half-done can be taken for a run."""
    with RunStore(require=Tier.PEC) as store, pytest.raises(RuntimeError):
        _ = store.header


def test_the_counts_name_every_state(a_run) -> None:
    """The contract's words, zeros included, in the contract's order."""
    counts = a_run("r").counts
    assert list(counts.targets) == ["verified", "partial", "unverified"]
    assert list(counts.links) == ["linked", "missing", "other", "unknown"]
    assert list(counts.subscriptions) == list(counts.resource_groups) == ["full", "partial", "none", "unknown"]
    assert list(counts.findings) == ["error", "warning", "info", "excepted"]
    assert (counts.targets["verified"], counts.resource_groups["full"], counts.findings["info"]) == (1, 1, 1)


def test_a_run_larger_than_what_is_kept_at_hand_is_given_back_whole() -> None:
    """The first values come back as they were added, the others from storage: nobody can tell which."""
    noise = random.Random(1)
    facts = [
        TargetFacts(
            target=Target(credential=f"{number:03}", tenant_id="t", client_id=None, expected_partner_id="5127255"),
            object_id="o",
            link=NoLink(),
            tenant_name=noise.randbytes(50_000).hex(),
        )
        for number in range(30)
    ]
    with RunStore(require=Tier.PEC) as store:
        for one in facts:
            store.add_target(one)
        found = list(store.facts())
    assert found == facts
    at_hand = [one is other for one, other in zip(facts, found, strict=True)]
    assert any(at_hand)
    assert not all(at_hand)
