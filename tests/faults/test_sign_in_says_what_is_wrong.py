"""A01 to A05, G01, G02: credentials that don't work, tokens that are not ours, and everybody else."""

from dataclasses import replace

import pytest

from pal_agent.sim.estate import App, CannotRead, Estate, Secret
from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then, Token
from tests.faults.conftest import SetUp
from tests.faults.promises import hold
from tests.faults.rehearsal import client_id, customer, estate, secret, tenant_id


def with_app(**about: object) -> Estate:
    """Three customers, of whom the first has an app like that."""
    wanted = estate(3)
    app = App(client_id=client_id(1), secrets=(Secret(value=secret(1)),))
    return replace(wanted, apps=(replace(app, **about), *wanted.apps[1:]))  # type: ignore[arg-type]


def with_principal(**about: object) -> Estate:
    """Three customers, of whom the first has a principal like that."""
    wanted = estate(3)
    return replace(wanted, tenants=(customer(1, **about), *wanted.tenants[1:]))  # type: ignore[arg-type]


REFUSALS = [
    pytest.param(with_app(secrets=(Secret(value="another"),)), "credential-invalid", id="A01-wrong"),
    pytest.param(with_app(secrets=(Secret(value=secret(1), expired=True),)), "credential-expired", id="A01-expired"),
    pytest.param(replace(estate(3), tenants=estate(3).tenants[1:]), "tenant-not-found", id="A02-tenant"),
    pytest.param(with_app(client_id="77777777-a990-4000-8000-000000000001"), "app-not-in-tenant", id="A02-app"),
    pytest.param(with_app(disabled=True), "principal-disabled", id="A02-disabled-app"),
    pytest.param(with_principal(disabled=True), "principal-disabled", id="A02-disabled-principal"),
    pytest.param(with_principal(blocked_by_policy=True), "blocked-by-policy", id="A02-conditional-access"),
]


@pytest.mark.parametrize(("wanted", "code"), REFUSALS)
def test_a_refused_sign_in_is_one_clear_line(set_up: SetUp, wanted: Estate, code: str) -> None:
    """A01, A02: not retried, told without Entra's trace IDs; the others go on."""
    if code == "app-not-in-tenant":
        tenants = (replace(wanted.tenants[0], principals=()), *wanted.tenants[1:])
        wanted = replace(wanted, tenants=tenants)
    ending = hold(stage := set_up(estate=wanted, customers=3), stage.check())
    reason = ending.target(1)["reason"]
    assert (ending.code, reason["code"], ending.target(1)["status"]) == (3, code, "unverified")
    assert "\n" not in reason["message"]
    assert "Trace ID" not in reason["message"]
    assert ending.reason(2) is ending.reason(3) is None
    assert len([one for one in ending.log if tenant_id(1) in one.path and one.path.endswith("/token")]) <= 2
    assert not [one for one in ending.log if one.bearer and one.tenant == tenant_id(1)]


@pytest.mark.parametrize("fault", ["A03-tenant", "A03-app"])
def test_a_token_that_is_not_ours_writes_nothing(set_up: SetUp, fault: str) -> None:
    """A03: another tenant or application: nothing is sent with it at all."""
    stage = set_up(named(fault), estate=estate(link=None))
    ending = hold(stage, stage.apply())
    assert (ending.code, ending.reason()) == (3, "wrong-identity")
    assert not [one for one in ending.log if one.bearer]


def test_a_token_for_another_principal_in_mid_run_is_not_used(set_up: SetUp) -> None:
    """A03: who a target is is decided by its first token."""
    stranger = Token(oid="99999999-0b1d-4000-8000-000000000001")
    rules = [
        Rule(match=Match(path="*/partners*", first=1), then=Then(status=401)),
        Rule(match=Match(path="*/token", after=1), then=Then(token=stranger)),
    ]
    ending = hold(stage := set_up(rules, estate=estate(1)), stage.check())
    assert (ending.code, ending.reason()) == (3, "wrong-identity")
    assert not [one for one in ending.log if one.bearer and one.caller == stranger.oid]


def test_a_throttled_sign_in_holds_up_nobody(set_up: SetUp) -> None:
    """A04: with a single job, the others are done before the first is tried again."""
    match = Match(path="*/token", first=1, client_id=client_id(1))
    rule = Rule(match=match, then=Then(status=429, headers={"Retry-After": "1"}))
    ending = hold(stage := set_up([rule], estate=estate(4), jobs=1), stage.check())
    assert ending.code == 0
    again = ending.asked("/token", number=1)[1].at
    assert max(one.at for number in (2, 3, 4) for one in ending.asked(number=number)) < again
    assert ending.seconds < 15


def test_a_sign_in_put_off_beyond_the_targets_time_is_throttled(set_up: SetUp) -> None:
    """A04: 60 seconds where 20 are left."""
    ending = hold(stage := set_up(named("A04")), stage.check())
    assert (ending.code, ending.reason(), ending.target()["reason"]["status"]) == (3, "throttled", 429)
    assert len(ending.asked("/token", number=1)) == 1
    assert ending.seconds < 15


@pytest.mark.parametrize("fault", ["A05-zero", "A05-negative"])
def test_a_token_without_life_is_no_reason_for_a_storm(set_up: SetUp, fault: str) -> None:
    """A05: `expires_in` says nothing; Azure says what it takes. One sign-in for some hundred calls."""
    ending = hold(stage := set_up(named(fault), estate=estate(1, subscriptions=20)), stage.check(quick=False))
    assert ending.code == 0
    assert len(ending.asked("/token")) == 1
    assert len(ending.log) > 100


def test_a_clock_that_is_off_is_said(set_up: SetUp) -> None:
    """A05: nothing fails for it."""
    ending = hold(stage := set_up(named("A05-clock")), stage.check())
    assert ending.code == 0
    assert b"clock" in ending.written
    assert len(ending.asked("/token", number=1)) == 1


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Foo 2015 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2359"])
def test_a_date_that_makes_no_sense_ends_nothing(set_up: SetUp, date: str) -> None:
    """A05: it is only told from."""
    rule = Rule(match=Match(), then=Then(headers={"Date": date}))
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check())
    assert ending.code == 0


def test_what_may_not_be_read_is_unknown_and_the_rest_is_not(set_up: SetUp) -> None:
    """G01: 403 on three of ten subscriptions."""
    wanted = estate(1, subscriptions=10)
    hidden = [subscription.id for subscription in wanted.tenants[0].subscriptions[2:5]]
    forbidden = tuple(CannotRead(what="assignments", subscription=one) for one in hidden)
    tenant = replace(customer(1, subscriptions=10, cannot_read=forbidden))
    ending = hold(stage := set_up(estate=replace(wanted, tenants=(tenant,))), stage.check())
    states = {one["subscription_id"]: one["influence"] for one in ending.report["subscriptions"]}
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "forbidden", "partial")
    assert {one for one, state in states.items() if state == "unknown"} == set(hidden)
    assert {state for one, state in states.items() if one not in hidden} == {"full"}


def test_one_that_always_fails_delays_nobody(set_up: SetUp) -> None:
    """G02: one of many, at every call, with all its tries."""
    rule = Rule(match=Match(host="management.azure.com", tenant=tenant_id(1)), then=Then(status=503))
    ending = hold(stage := set_up([rule], estate=estate(40)), stage.check())
    assert (ending.code, ending.reason(1)) == (3, "unavailable")
    assert all(ending.target(number)["status"] == "verified" for number in range(2, 41))


@pytest.mark.parametrize("seed", range(3))
def test_with_one_call_in_ten_failing_the_answer_is_the_same(set_up: SetUp, seed: int) -> None:
    """All of it at once: every kind of passing fault, drawn for each request."""
    thens = [
        *(Then(status=status) for status in (429, 500, 502, 503, 504, 408)),
        *(Then(socket="reset"), Then(socket="cut"), Then(truncate=10), Then(body="")),
        Then(socket="reset", applied=True),
    ]
    rules = [
        Rule(match=Match(probability=0.012, seed=100 * seed + number), then=then) for number, then in enumerate(thens)
    ]
    stage = set_up(rules, estate=estate(6, subscriptions=2, page_sizes={"default": 1}, link=None), settles=False)
    hold(stage, stage.apply())
    stage.azure.faults.clear()
    hold(stage, stage.apply())
    honest = hold(stage, stage.check(quick=False))
    stage.azure.faults.add(*rules)
    troubled = hold(stage, stage.check(quick=False))
    assert honest.code == troubled.code == 0
    for key in ("targets", "subscriptions", "findings", "summary"):
        assert troubled.report[key] == honest.report[key]
