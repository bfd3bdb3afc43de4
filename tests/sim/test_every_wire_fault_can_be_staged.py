"""Faults are data, and each does what its name says."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import Estate
from pal_agent.sim.fault_catalogue import fault_names, named
from pal_agent.sim.faults import Caller, FaultBook, Match, Rule, Then
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request

Ask = Callable[..., requests.Response]
LINK = "/providers/Microsoft.ManagementPartner/partners"
ROWS = {*(f"F{n:02}" for n in range(1, 19)), *(f"P{n:02}" for n in range(1, 6)), "A01", "A03", "A04", "A05"}


def _link(ask: Ask, method: str = "GET", partner: str = "") -> requests.Response:
    return ask(f"{LINK}{partner}", method, **{"api-version": "2018-02-01"})


def _subscriptions(ask: Ask) -> requests.Response:
    return ask("/subscriptions", **{"api-version": "2022-12-01"})


def test_every_wire_row_of_the_table_has_a_fault() -> None:
    """A02 is a matter of estates: unknown tenant, app not there, blocked, disabled."""
    assert {name.partition("-")[0] for name in fault_names()} == ROWS


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_six_failures_then_an_answer(azure: Azure, as_company: Callable[[int], Ask], status: int) -> None:
    """F06."""
    azure.faults.add(*named(f"F06-{status}"))
    ask = as_company(1)
    assert [_link(ask).status_code for _ in range(7)] == [status] * 6 + [200]


@pytest.mark.parametrize(
    ("name", "status", "header"),
    [
        ("F01", 429, "1"),
        ("F02", 429, None),
        ("F03-day", 429, "86400"),
        ("F03-date", 429, "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("F04-garbage", 429, "soon"),
        ("F04-negative", 429, "-5"),
        ("F04-empty", 429, ""),
        ("F05", 403, "1"),
    ],
)
def test_a_retry_after_arrives_as_written(
    azure: Azure, as_company: Callable[[int], Ask], name: str, status: int, header: str | None
) -> None:
    """However senseless."""
    azure.faults.add(*named(name))
    answer = _link(as_company(1))
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, header)


@pytest.mark.parametrize(("name", "linked"), [("F07-before", False), ("F07-after", True)])
def test_a_reset_comes_before_or_after_the_work(
    azure: Azure, as_company: Callable[[int], Ask], name: str, linked: bool
) -> None:
    """A lost answer is not a lost write."""
    azure.faults.add(*named(name))
    ask = as_company(2)
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection reset by peer"):
        _link(ask, "PUT", "/5127255")
    assert (_link(ask).status_code == 200) is linked
    assert [entry.status for entry in azure.log][-2] is None


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("F08-refused", requests.exceptions.ConnectionError),
        ("F08-host", requests.exceptions.ConnectionError),
        ("F08-certificate", requests.exceptions.SSLError),
        ("F09", requests.exceptions.ReadTimeout),
        ("F11-cut", requests.exceptions.ChunkedEncodingError),
    ],
)
def test_faults_of_sockets_raise_what_requests_would(
    azure: Azure, as_company: Callable[[int], Ask], name: str, error: type[Exception]
) -> None:
    """In process there is no socket to break."""
    azure.faults.add(*named(name))
    ask = as_company(1)
    with pytest.raises(error):
        _link(ask)


@pytest.mark.parametrize("name", ["F11-truncated", "F11-html", "F11-empty"])
def test_a_200_that_is_no_json(azure: Azure, as_company: Callable[[int], Ask], name: str) -> None:
    """F11."""
    azure.faults.add(*named(name))
    answer = _link(as_company(1))
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(answer.content)


def test_bodies_that_are_json_but_not_what_was_asked_for(azure: Azure, as_company: Callable[[int], Ask]) -> None:
    """F12."""
    ask = as_company(1)
    found: dict[str, Any] = {}
    for name in ("object", "missing", "null", "text"):
        azure.faults.clear()
        azure.faults.add(*named(f"F12-{name}"))
        found[name] = _subscriptions(ask).json().get("value", "absent")
    assert found == {"object": "absent", "missing": "absent", "null": None, "text": "none"}
    azure.faults.add(*named("F12-deleted"))
    assert _link(ask).json()["properties"]["state"] == "Deleted"


def test_a_bomb_is_small_on_the_wire_and_huge_when_unpacked(
    azure: Azure, web: requests.Session, as_company: Callable[[int], Ask]
) -> None:
    """F13: read raw, as a careful client does."""
    azure.faults.add(Rule(match=Match(path="/subscriptions"), then=Then(bomb_mib=3)))
    as_company(1)
    answer = web.get("https://management.azure.com/subscriptions", stream=True)
    packed = b"".join(answer.raw.stream(65536, decode_content=False))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 30_000
    assert json.loads(gzip.decompress(packed)) == {"value": []}
    assert len(gzip.decompress(packed)) > 3 * 2**20


def test_deep_json_and_long_numbers(azure: Azure, as_company: Callable[[int], Ask]) -> None:
    """F13."""
    ask = as_company(1)
    azure.faults.add(*named("F13-deep"))
    assert _subscriptions(ask).content.count(b"[") == 200_000
    azure.faults.clear()
    azure.faults.add(*named("F13-digits"))
    assert b"9" * 5000 in _subscriptions(ask).content


@pytest.mark.parametrize(
    ("name", "start"),
    [("F14-host", "https://evil.example/"), ("F14-http", "http://management"), ("F14-loop", "https://management")],
)
def test_redirects_lead_where_they_should_not(
    azure: Azure, as_company: Callable[[int], Ask], name: str, start: str
) -> None:
    """F14: with the path and query of the request."""
    azure.faults.add(*named(name))
    answer = _link(as_company(1))
    assert answer.is_redirect
    assert answer.headers["Location"].startswith(start)
    assert answer.headers["Location"].endswith("/partners?api-version=2018-02-01")


def test_a_claims_challenge_comes_once(azure: Azure, as_company: Callable[[int], Ask]) -> None:
    """F15."""
    azure.faults.add(*named("F15-claims"))
    ask = as_company(1)
    first, second = _link(ask), _link(ask)
    assert (first.status_code, second.status_code) == (401, 200)
    assert 'error="insufficient_claims"' in first.headers["WWW-Authenticate"]


@pytest.mark.parametrize(("name", "status"), [("F18-status", 409), ("F18-code", 400)])
def test_a_put_that_was_carried_out_says_already_linked(
    azure: Azure, as_company: Callable[[int], Ask], name: str, status: int
) -> None:
    """F18: as when the answer to the first try was lost."""
    azure.faults.add(*named(name))
    ask = as_company(2)
    assert _link(ask, "PUT", "/5127255").status_code == status
    assert _link(ask).json()["properties"]["partnerId"] == "5127255"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P01-self", "https://management.azure.com/subscriptions?api-version=2022-12-01"),
        ("P02-host", "https://evil.example/subscriptions?api-version=2022-12-01"),
        ("P02-look-alike", "https://management.azure.com.evil.example/subscriptions?api-version=2022-12-01"),
        ("P02-user", "https://management.azure.com@evil.example/subscriptions?api-version=2022-12-01"),
        ("P02-http", "http://management.azure.com/subscriptions?api-version=2022-12-01&$skiptoken=1"),
        ("P02-port", "https://management.azure.com:4430/subscriptions?api-version=2022-12-01&$skiptoken=1"),
        ("P02-no-scheme", "//evil.example/subscriptions?api-version=2022-12-01"),
        ("P02-link-local", "https://169.254.169.254/metadata/identity?api-version=2022-12-01"),
    ],
)
def test_a_next_link_leads_astray(azure: Azure, as_company: Callable[[int], Ask], name: str, expected: str) -> None:
    """P01, P02: the rest of the page is right."""
    azure.faults.add(*named(name))
    body = _subscriptions(as_company(1)).json()
    assert (body["nextLink"], len(body["value"])) == (expected, 2)


def _followed(web: requests.Session, azure: Azure, steps: int) -> list[dict[str, Any]]:
    claims = {"aud": "https://management.azure.com", "exp": 2**40, "tid": "00000001-7e4a-4000-8000-000000000001"}
    token = azure.tokens.mint({**claims, "oid": "00000001-0b1d-4000-8000-000000000001", "appid": "x"})
    pages, url = [], "https://management.azure.com/subscriptions?api-version=2022-12-01"
    while url and len(pages) < steps:
        body = web.get(url, headers={"Authorization": f"Bearer {token}"}).json()
        pages.append(body)
        url = body.get("nextLink")
    return pages


def test_pages_go_in_circles_or_never_end(azure: Azure, web: requests.Session) -> None:
    """P01 A to B to A; P04 always new."""
    azure.faults.add(*named("P01-cycle"))
    links = [page["nextLink"] for page in _followed(web, azure, 5)]
    assert links[0] == links[2] != links[1] == links[3]
    azure.faults.clear()
    azure.faults.add(*named("P04"))
    links = [page["nextLink"] for page in _followed(web, azure, 20)]
    assert len(set(links)) == 20


def test_an_empty_page_comes_before_the_true_one(azure: Azure, web: requests.Session) -> None:
    """P05."""
    azure.faults.add(*named("P05-empty"))
    assert [len(page["value"]) for page in _followed(web, azure, 5)] == [0, 2]


@pytest.mark.parametrize(
    ("name", "start"),
    [("P03-port", "https://management.azure.com:443/"), ("P03-upper", "https://MANAGEMENT.AZURE.COM/")],
)
def test_the_same_host_in_another_spelling_still_works(demo: Estate, name: str, start: str) -> None:
    """P03."""
    azure = Azure(replace(demo, page_sizes={"default": 1}), faults=named(name))
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))
        web.mount("HTTPS://", SimulatedAzure(azure))
        first, second = _followed(web, azure, 5)
    assert first["nextLink"].startswith(start)
    assert "nextLink" not in second


@pytest.mark.parametrize(
    ("name", "claim", "value"),
    [
        ("A03-tenant", "tid", "99999999-7e4a-4000-8000-000000000001"),
        ("A03-app", "appid", "99999999-a990-4000-8000-000000000001"),
        ("A03-principal", "oid", "99999999-0b1d-4000-8000-000000000001"),
    ],
)
def test_a_token_says_something_else(
    azure: Azure, web: requests.Session, sign_in: Callable[..., requests.Response], name: str, claim: str, value: str
) -> None:
    """A03: and Resource Manager believes it."""
    azure.faults.add(*named(name))
    answer = sign_in(web, "fabrikam.example", "00000000-a990-4000-8000-000000000001", "simulated-delivery-secret")
    claims = azure.tokens.claims(answer.json()["access_token"])
    assert claims is not None
    assert claims[claim] == value


@pytest.mark.parametrize(("name", "said"), [("A05-zero", 0), ("A05-negative", -10)])
def test_a_token_is_said_to_be_over_at_once(
    azure: Azure, web: requests.Session, sign_in: Callable[..., requests.Response], name: str, said: int
) -> None:
    """A05: though it is taken for an hour."""
    azure.faults.add(*named(name))
    answer = sign_in(web, "fabrikam.example", "00000000-a990-4000-8000-000000000001", "simulated-delivery-secret")
    assert answer.json()["expires_in"] == said


def test_a_rule_strikes_whom_it_names(azure: Azure, as_company: Callable[[int], Ask]) -> None:
    """By tenant, by principal, by application."""
    ask, other = as_company(1), as_company(5)
    azure.faults.add(
        Rule(match=Match(tenant="00000001-7E4A-4000-8000-000000000001", path="*/partners"), then=Then(status=503)),
        Rule(match=Match(principal="00000005-0b1d-4000-8000-000000000001", path="/tenants"), then=Then(status=502)),
        Rule(
            match=Match(client_id="00000000-a990-4000-8000-000000000001", path="/subscriptions"), then=Then(status=500)
        ),
    )
    told = [(_link(one).status_code, _subscriptions(one).status_code) for one in (ask, other)]
    assert told == [(503, 500), (200, 500)]
    assert other("/tenants", **{"api-version": "2022-12-01"}).status_code == 502


@given(st.integers(0, 2**32), st.floats(0.05, 0.95))
def test_chance_is_the_same_in_any_order(seed: int, probability: float) -> None:
    """What is struck depends on seed and request, not on who came first: any number of jobs meets the same faults."""
    rule = Rule(match=Match(probability=probability, seed=seed), then=Then(status=500))
    requests_ = [Request(method="GET", host="h", path=f"/subscriptions/{number}") for number in range(40)]
    shuffled = Random(seed).sample(requests_, len(requests_))

    def struck(order: list[Request]) -> set[str]:
        book = FaultBook((rule,))
        return {request.path for request in order if book.answer_for(request, Caller()) is not None}

    assert struck(requests_) == struck(shuffled)


def test_counts_are_kept_for_each_that_the_rule_says() -> None:
    """Once in all, once for each caller, or once for each path."""

    def struck(per: str) -> list[bool]:
        book = FaultBook((Rule(match=Match(first=1, per=per), then=Then(status=500)),))  # type: ignore[arg-type]
        asked = [("a", "/x"), ("a", "/x"), ("a", "/y"), ("b", "/x")]
        return [
            book.answer_for(Request(method="GET", host="h", path=path), Caller(principal=who)) is not None
            for who, path in asked
        ]

    assert struck("rule") == [True, False, False, False]
    assert struck("caller") == [True, False, False, True]
    assert struck("path") == [True, False, True, True]
