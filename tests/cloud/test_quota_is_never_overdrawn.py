"""Our own pacing: never more than Azure's published budgets allow, less where its headers say so; no thread waits."""

import time
from collections.abc import Callable
from typing import Any, cast

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from pal_agent.cloud.azure import Azure
from pal_agent.cloud.exchange import Exchange, Later
from pal_agent.cloud.principal import Principal, Token
from pal_agent.cloud.quota import PUBLISHED, READS, WRITES, Budget, Quota, Rate, TooEarly, budget_of
from pal_agent.cloud.session import Session
from pal_agent.model import Target
from pal_agent.settings import Cloud

ARM = "https://management.azure.com"
HEADER = "x-ms-ratelimit-remaining-tenant-reads"
ABOUT_ONE = Budget("reads", "one")
MOMENTS = st.lists(st.floats(0, 30), min_size=1, max_size=600).map(sorted)


def sent(quota: Quota, budget: Budget, moments: list[float]) -> list[float]:
    """The moments at which something went out."""
    out = []
    for moment in moments:
        try:
            quota.take(budget, moment)
        except TooEarly:
            continue
        out.append(moment)
    return out


@given(moments=MOMENTS, rate=st.sampled_from([READS, WRITES, Rate(burst=3, refill=2)]))
def test_no_stretch_of_time_sees_more_than_burst_and_refill(moments: list[float], rate: Rate) -> None:
    """Whenever it is asked: between any two moments at most the burst and what was refilled goes out."""
    out = sent(Quota(dict.fromkeys(PUBLISHED, rate)), ABOUT_ONE, moments)
    for first in range(0, len(out), 7):
        for last in range(first, len(out), 7):
            assert last - first + 1 <= rate.burst + (out[last] - out[first]) * rate.refill + 1e-6


@given(used=st.integers(0, 260))
def test_what_it_asks_to_wait_is_enough_and_no_more(used: int) -> None:
    """After so many seconds there is one, and just before there is none."""
    quota = Quota()
    out = sent(quota, ABOUT_ONE, [0.0] * used)
    assert len(out) == min(used, READS.burst)
    if used < READS.burst:
        return
    with pytest.raises(TooEarly) as early:
        quota.take(ABOUT_ONE, 0.0)
    with pytest.raises(TooEarly):
        quota.take(ABOUT_ONE, early.value.seconds * 0.99)
    quota.take(ABOUT_ONE, early.value.seconds * 1.01)


def test_budgets_are_apart() -> None:
    """Subscriptions, the tenant, and each kind of operation: one that is used up slows no other."""
    quota = Quota()
    sent(quota, ABOUT_ONE, [0.0] * 300)
    for other in (Budget("reads", "two"), Budget("reads", None), Budget("writes", "one"), Budget("deletes", "one")):
        quota.take(other, 0.0)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/subscriptions/AbC/resourcegroups?api-version=1", Budget("reads", "abc")),
        ("get", "/subscriptions/abc/providers/x", Budget("reads", "abc")),
        ("GET", "/subscriptions?api-version=1", Budget("reads", None)),
        ("GET", "/providers/Microsoft.ManagementPartner/partners", Budget("reads", None)),
        ("PUT", "/providers/Microsoft.ManagementPartner/partners/1", Budget("writes", None)),
        ("PATCH", "/providers/Microsoft.ManagementPartner/partners/1", Budget("writes", None)),
        ("DELETE", "/providers/Microsoft.ManagementPartner/partners/1", Budget("deletes", None)),
        ("GET", "/providers/x?next=https://a/subscriptions/b/c", Budget("reads", None)),
    ],
)
def test_a_request_is_counted_where_azure_counts_it(method: str, path: str, expected: Budget) -> None:
    """By subscription where the path names one, whatever its case, else by tenant."""
    assert budget_of(method, ARM + path) == expected


@given(said=st.one_of(st.text(max_size=6), st.sampled_from(["-1", "1e3", "٣", " 0", "0x0", "99999999999999999999"])))
def test_a_header_that_is_no_plain_number_says_nothing(said: str) -> None:
    """And one that is never gives more than the published burst."""
    quota = Quota()
    budget = Budget("reads", None)
    quota.told(budget, {HEADER: said}, 0.0)
    plain = said.isascii() and said.isdecimal() and len(said) <= 9
    assert len(sent(quota, budget, [0.0] * 300)) == (min(250, int(said)) if plain else 250)


def test_late_answers_give_nothing_twice() -> None:
    """Answers of several threads come out of order: a moment long past refills nothing."""
    quota = Quota({"reads": Rate(burst=2, refill=1)})
    assert len(sent(quota, ABOUT_ONE, [10.0, 10.0, 5.0, 10.5, 5.0, 10.5])) == 2


# --- where it is wired ------------------------------------------------------------------------------------------


class Remaining(BaseAdapter):
    """Answers an empty list to all, and says how much is left."""

    def __init__(self, remaining: Callable[[int], str]) -> None:
        super().__init__()
        self.remaining, self.asked = remaining, 0

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        self.asked += 1
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response.headers.update({"Content-Type": "application/json", HEADER: self.remaining(self.asked)})
        response.raw = cast("Any", Raw(b'{"value": []}'))
        return response

    def close(self) -> None:
        """Nothing is open."""


class Raw:
    """A body, as urllib3 would stream it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self.body]

    def close(self) -> None:
        """Nothing is open."""

    release_conn = close


def signed_in(name: str) -> Principal:
    import base64
    import json

    claims = base64.urlsafe_b64encode(json.dumps({"oid": name, "tid": "t"}).encode()).decode()
    target = Target(credential=name, tenant_id="t", client_id=None, expected_partner_id="5127255")
    token = Token(text=f"a.{claims}.c", expires_on=time.time() + 3600)
    principal = Principal(target, sign_in=lambda _: token, timeout=300)
    principal.sign_in()
    return principal


def test_what_is_left_slows_a_principal_before_azure_refuses() -> None:
    """At none left nothing is sent and the thread is free until there is some; another principal goes on."""
    adapter = Remaining(lambda _: "0")
    azure = Azure(Cloud(), Session(adapter))
    principal, other = signed_in("one"), signed_in("two")

    def asked(by: Principal) -> Any:
        return Exchange(by, azure.subscriptions(by)).attempt()

    assert asked(principal) == []
    before = time.monotonic()
    put_off = asked(principal)
    assert isinstance(put_off, Later)
    assert before < put_off.moment <= time.monotonic() + 1 / READS.refill
    assert adapter.asked == 1
    assert asked(other) == []
    assert adapter.asked == 2


def test_being_put_off_is_no_try() -> None:
    """However often it is too early, the question is asked in the end, and only once."""
    adapter = Remaining(lambda _: "249")
    azure = Azure(Cloud(), Session(adapter))
    principal = signed_in("one")
    exchange = Exchange(principal, azure.subscriptions(principal))
    principal.quota.told(Budget("reads", None), {HEADER: "0"}, time.monotonic() + 0.5)
    put_off = 0
    while isinstance(answer := exchange.attempt(), Later):
        put_off += 1
    assert put_off > 0
    assert answer == []
    assert adapter.asked == 1
