"""F01 to F05: Azure asks to slow down."""

import pytest

from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then
from tests.faults.conftest import SetUp
from tests.faults.promises import hold
from tests.faults.rehearsal import OTHER, estate, tenant_id


def test_a_retry_after_is_kept_and_holds_up_nobody_else(set_up: SetUp) -> None:
    """F01: with one job, the other customers are done while the throttled one waits; nothing of that one is sent."""
    match = Match(path="*/partners*", first=1, tenant=tenant_id(1))
    rule = Rule(match=match, then=Then(status=429, headers={"Retry-After": "1"}))
    ending = hold(stage := set_up([rule], estate=estate(4), jobs=1), stage.check())
    assert ending.code == 0
    assert ending.seconds >= 1.0
    resumed = ending.asked("/partners", number=1)[1].at
    others = [one.at for number in (2, 3, 4) for one in ending.asked(number=number)]
    assert max(others) < resumed - 0.5


def test_a_list_of_many_pages_stops_between_them_too(set_up: SetUp) -> None:
    """F01: whatever else is going on for the principal, its pages included, waits as well."""
    match = Match(path="*/partners*", first=1, tenant=tenant_id(1))
    slow = Rule(match=Match(path="/subscriptions"), then=Then(delay=0.02))
    rules = [Rule(match=match, then=Then(status=429, headers={"Retry-After": "1"})), slow]
    pages = estate(1, subscriptions=20, page_sizes={"subscriptions": 1})
    ending = hold(stage := set_up(rules, estate=pages), stage.check())
    assert ending.code == 0
    assert len(ending.report["subscriptions"]) == 20


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_without_a_header_the_back_off_is_ours(set_up: SetUp, method: str) -> None:
    """F02: a write too is put off, and sent once more after reading."""
    rule = Rule(match=Match(method=method, path="*/partners*", first=1, per="path"), then=Then(status=429))
    linked_to = {"GET": "5127255", "PUT": None, "PATCH": OTHER}[method]
    stage = set_up([rule], estate=estate(link=linked_to))
    ending = hold(stage, stage.apply(replace=True))
    assert ending.code == 0
    assert len(ending.asked("/partners", method=method, number=1)) == 2


def test_a_write_refused_twice_is_not_sent_a_third_time(set_up: SetUp) -> None:
    """F02 and the plan: at most two writes for a target in all."""
    stage = set_up(named("F02-patch"), estate=estate(link=OTHER))
    ending = hold(stage, stage.apply(replace=True))
    assert ending.code == 1
    assert len(ending.asked(method="PATCH")) == 4
    assert {outcome.failed.code for outcome in ending.outcomes if outcome.failed} == {"throttled"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_waits_as_long_as_azure_asks(set_up: SetUp, status: int, method: str) -> None:
    """F01 for writes: neither the second write nor the reading before it comes before the Retry-After has passed."""
    match = Match(method=method, first=1, per="caller")
    stage = set_up(
        [Rule(match=match, then=Then(status=status, headers={"Retry-After": "1"}))],
        estate=estate(1, link=None if method == "PUT" else OTHER),
    )
    ending = hold(stage, stage.apply(replace=True))
    assert ending.code == 0
    assert ending.seconds >= 1.0


@pytest.mark.parametrize("fault", ["F03-day", "F03-huge", "F03-date"])
def test_a_wait_beyond_the_targets_time_is_said_at_once(set_up: SetUp, fault: str) -> None:
    """F03: nobody waits for a day; the hint is in the reason, the other targets are read."""
    stage = set_up(named(fault), estate=estate(3))
    stage.azure.faults.clear()
    only_first = [Rule(match=Match(path="*/partners*", tenant=tenant_id(1)), then=rule.then) for rule in named(fault)]
    stage.azure.faults.add(*only_first)
    ending = hold(stage, stage.check())
    assert ending.code == 3
    assert ending.seconds < 15  # of the target's 20
    assert ending.reason(1) == "throttled"
    assert "asks to wait" in ending.target(1)["reason"]["message"]
    assert len(ending.asked("/partners", number=1)) == 1
    assert ending.reason(2) is ending.reason(3) is None


def test_a_fault_with_too_long_a_wait_is_throttled_too(set_up: SetUp) -> None:
    """F03: whatever the status that carried the Retry-After."""
    rule = Rule(match=Match(path="*/partners*"), then=Then(status=503, headers={"Retry-After": "86400"}))
    ending = hold(stage := set_up([rule]), stage.check())
    assert (ending.code, ending.reason()) == (3, "throttled")
    assert ending.target()["reason"]["status"] == 503


@pytest.mark.parametrize("fault", ["F04-garbage", "F04-negative", "F04-empty", "F04-past"])
def test_a_retry_after_that_makes_no_sense_is_as_none(set_up: SetUp, fault: str) -> None:
    """F04: the usual back-off, no bug."""
    ending = hold(stage := set_up(named(fault)), stage.check())
    assert ending.code == 0
    assert len(ending.asked("/partners", number=1)) == 2


def test_forbidden_is_forbidden_whatever_it_asks_to_wait(set_up: SetUp) -> None:
    """F05: one request, no waiting."""
    ending = hold(stage := set_up(named("F05")), stage.check())
    assert (ending.code, ending.reason(), ending.target()["reason"]["status"]) == (3, "forbidden", 403)
    assert len(ending.asked("/partners", number=1)) == 1
