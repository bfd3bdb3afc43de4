"""The policies around one request: what is put on it, what is learnt from the answer, and what comes out of it."""

import html
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from azure.core.pipeline import Pipeline
from azure.core.pipeline.policies import HTTPPolicy
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest

from pal_agent import __version__
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.judge import arm_failure
from pal_agent.cloud.policies import (
    ADDRESS,
    CALLER,
    SHAPE,
    Bearer,
    Discovery,
    Endpoints,
    Pacing,
    Verdict,
    claims_in,
    fit_to_show,
)
from pal_agent.cloud.quota import Budget, Quota, Rate, TooEarly
from pal_agent.model import Code

URL = "https://management.azure.com/subscriptions/s1/resourcegroups?api-version=1"
ABOUT_S1 = Budget("reads", "s1")
CHALLENGE = {"WWW-Authenticate": 'Bearer claims="eyJhIjoxfQ=="'}


class Answered:
    """An answer, as far as policies look at it."""

    def __init__(self, status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> None:
        self.status_code, self.content, self.headers = status, body, dict(headers or {})
        self.parsed: Any = None


class Wire(HttpTransport[HttpRequest, Any]):
    """Gives the answers out in turn, the last one for ever, and notes the headers of each request."""

    def __init__(self, *answers: Answered) -> None:
        self.answers, self.sent = list(answers) or [Answered()], list[dict[str, str]]()

    def send(self, request: HttpRequest, **_: Any) -> Any:
        self.sent.append({"url": request.url, **request.headers})
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def open(self) -> None: ...
    def close(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


class Caller:
    """Its first token is `old`, every other one `new`; notes what it is asked and told."""

    def __init__(self, quota: Quota | None = None) -> None:
        self.quota = quota or Quota()
        self.renewed: list[tuple[str, str | None]] = []
        self.noted: list[Mapping[str, str]] = []

    def token(self) -> str:
        return "old"

    def renew(self, *, stale: str, claims: str | None) -> str:
        self.renewed.append((stale, claims))
        return "new"

    def note(self, headers: Mapping[str, str]) -> None:
        self.noted.append(headers)


def run(wire: Wire, *policies: HTTPPolicy[Any, Any], url: str = URL, method: str = "GET", **options: Any) -> Any:
    return Pipeline(wire, list(policies)).run(HttpRequest(method, url), **options).http_response


def test_a_good_token_is_sent_once() -> None:
    """And the answer's headers are told to whom it belongs."""
    wire, caller = Wire(Answered(headers={"Date": "today"})), Caller()
    assert run(wire, Bearer(), **{CALLER: caller}).status_code == 200
    assert [sent["Authorization"] for sent in wire.sent] == ["Bearer old"]
    assert (caller.renewed, caller.noted) == ([], [{"Date": "today"}])


@pytest.mark.parametrize(("headers", "claims"), [({}, None), (CHALLENGE, '{"a":1}')], ids=["plain", "challenge"])
def test_a_refused_token_is_replaced_once(headers: dict[str, str], claims: str | None) -> None:
    """With the claims of the challenge; a second refusal stands, and what it says is what is noted."""
    wire, caller = Wire(Answered(401, headers=headers), Answered(401, headers={"Date": "second"}), Answered()), Caller()
    assert run(wire, Bearer(), **{CALLER: caller}).status_code == 401
    assert [sent["Authorization"] for sent in wire.sent] == ["Bearer old", "Bearer new"]
    assert (caller.renewed, caller.noted) == ([("old", claims)], [{"Date": "second"}])


@pytest.mark.parametrize(
    ("challenge", "claims"),
    [
        ('claims="eyJhIjoiw7_DvyJ9"', '{"a":"ÿÿ"}'),
        ('claims="eyJhIjoiw7/DvyJ9"', '{"a":"ÿÿ"}'),
        ('claims="eyJhIjoiw74-In0"', '{"a":"þ>"}'),
        ('claims="eyJhIjoiw74+In0"', '{"a":"þ>"}'),
    ],
    ids=range(4),
)
def test_both_alphabets_of_base64_are_read(challenge: str, claims: str) -> None:
    """The plain one and the one for URLs."""
    assert claims_in(challenge) == claims


def test_a_request_is_paid_for_before_it_is_sent() -> None:
    """From the budget of its subscription; when that is used up nothing goes out."""
    wire, caller = Wire(), Caller(Quota({"reads": Rate(burst=1, refill=1e-6)}))
    run(wire, Pacing(), **{CALLER: caller})
    with pytest.raises(TooEarly):
        run(wire, Pacing(), **{CALLER: caller})
    assert len(wire.sent) == 1
    run(wire, Pacing(), url=URL.replace("s1", "s2"), **{CALLER: caller})


def test_what_azure_says_is_left_is_believed() -> None:
    """The answer's own header for that budget."""
    wire, caller = Wire(Answered(headers={ABOUT_S1.header: "0"})), Caller()
    run(wire, Pacing(), **{CALLER: caller})
    with pytest.raises(TooEarly):
        run(wire, Pacing(), **{CALLER: caller})


def test_budgets_have_their_documented_headers() -> None:
    """learn.microsoft.com, "Understand how Azure Resource Manager throttles requests"."""
    assert ABOUT_S1.header == "x-ms-ratelimit-remaining-subscription-reads"
    assert Budget("writes", None).header == "x-ms-ratelimit-remaining-tenant-writes"


def test_the_agent_names_itself() -> None:
    """With its version, so that Azure's support finds it."""
    wire = Wire()
    run(wire, Verdict(arm_failure))
    assert wire.sent[0]["User-Agent"] == f"pal-agent/{__version__}"


def test_an_answer_is_given_its_shape() -> None:
    """What the request's own shape makes of it; without one, an object as it came; with none wanted, nothing."""
    body = Answered(body=b'{"value": [1, 2]}')
    assert run(Wire(body), Verdict(arm_failure)).parsed == {"value": [1, 2]}
    assert run(Wire(body), Verdict(arm_failure, shape=lambda content: content["value"])).parsed == [1, 2]
    assert run(Wire(body), Verdict(arm_failure), **{SHAPE: lambda content: content["value"][1]}).parsed == 2
    assert run(Wire(Answered(body=b"")), Verdict(arm_failure), **{SHAPE: None}).parsed is None


def test_whoever_wants_to_know_is_told_the_address() -> None:
    """Before anything can go wrong."""
    told: list[str] = []
    with pytest.raises(Failure):
        run(Wire(Answered(500)), Verdict(arm_failure), **{ADDRESS: told.append})
    assert told == [URL]


def test_an_answer_of_another_shape_is_not_believed() -> None:
    """It may be whole next time, and what was wrong with it is said."""

    def fussy(_: Any) -> Any:
        raise ValueError("`value` is not a list")

    for shape, said in ((fussy, "`value` is not a list"), (None, "not an object")):
        with pytest.raises(Failure) as caught:
            run(Wire(Answered(body=b"[]")), Verdict(arm_failure, shape=shape))
        reason = caught.value.reason
        assert (reason.code, reason.status, caught.value.transient) == (Code.BAD_RESPONSE, 200, True)
        assert reason.message == f"The answer has not the documented shape: {said}."


def test_what_is_not_json_is_said_with_its_status() -> None:
    """As transient, too."""
    with pytest.raises(Failure) as caught:
        run(Wire(Answered(body=b"<html>")), Verdict(arm_failure))
    reason = caught.value.reason
    assert (reason.code, reason.status, caught.value.transient) == (Code.BAD_RESPONSE, 200, True)
    assert reason.message == "The answer is not JSON, or absurdly much of it."


def test_a_refusal_is_judged_by_all_that_came() -> None:
    """Status, headers, body and the time of day; the token that was sent is taken out of what is told."""
    seen: list[tuple[int, Mapping[str, str], bytes, datetime]] = []

    def judgement(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Failure:
        seen.append((status, headers, body, now))
        return Failure(Code.FORBIDDEN, "Not with old!", status=status)

    with pytest.raises(Failure) as caught:
        run(Wire(Answered(403, b"no", {"a": "b"})), Verdict(judgement), Bearer(), **{CALLER: Caller()})
    (status, headers, body, now) = seen[0]
    assert (status, headers, body) == (403, {"a": "b"}, b"no")
    assert now.tzinfo is not None
    assert (caught.value.reason.message, caught.value.reason.status) == ("Not with ***!", 403)


def test_discovery_is_asked_for_once_and_nothing_else_is_kept() -> None:
    """Each authority and tenant by itself."""
    wire, policy = Wire(), Discovery(Endpoints())
    for _ in range(2):
        for tenant in "ab":
            run(wire, policy, url=f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration")
        run(wire, policy, url="https://login.microsoftonline.com/a/oauth2/v2.0/token")
    assert [sent["url"].split("/")[3:] for sent in wire.sent] == [
        ["a", "v2.0", ".well-known", "openid-configuration"],
        ["b", "v2.0", ".well-known", "openid-configuration"],
        ["a", "oauth2", "v2.0", "token"],
        ["a", "oauth2", "v2.0", "token"],
    ]


# --- what may be shown of a failure ------------------------------------------------------------------------------

SECRET = 'q~"<é>&/+ w'
SPELLINGS = [
    SECRET,
    SECRET.upper(),
    quote(SECRET),
    quote_plus(SECRET),
    quote(SECRET, safe=""),
    json.dumps(SECRET)[1:-1],
    html.escape(SECRET),
]


def refused(message: str, **details: Any) -> Failure:
    return Failure(Code.BAD_RESPONSE, message, **details)


@pytest.mark.parametrize("field", ["client_secret", "client_assertion"])
@pytest.mark.parametrize(
    "spelled", SPELLINGS, ids=["plain", "upper", "quoted", "quoted plus", "quoted all", "json", "html"]
)
def test_a_secret_is_known_in_every_spelling(field: str, spelled: str) -> None:
    """As a server may echo it, whole, and in Azure's own code, too."""
    request = HttpRequest("POST", URL, data={field: SECRET})
    shown = fit_to_show(refused(f"<{spelled}>", azure_code=f"({spelled})"), request)
    assert (shown.reason.message, shown.azure_code) == ("<***>", "(***)")


def test_a_token_and_a_secret_are_both_taken_out() -> None:
    """And where nothing secret was sent, nothing is."""
    request = HttpRequest("POST", URL, data={"client_secret": "s3cret"}, headers={"Authorization": "Bearer t0ken"})
    assert fit_to_show(refused("s3cret and t0ken"), request).reason.message == "*** and ***"
    assert (
        fit_to_show(refused("s3cret and None"), HttpRequest("POST", URL, data={"a": "b"})).reason.message
        == "s3cret and None"
    )
    assert fit_to_show(refused("an object"), HttpRequest("GET", URL)).reason.message == "an object"


def test_of_two_secrets_one_in_the_other_the_longer_goes_first() -> None:
    """So that no rest of it stays."""
    request = HttpRequest("POST", URL, data={"client_secret": "abcabc", "client_assertion": "abcabcdef"})
    assert fit_to_show(refused("x abcabcdef x"), request).reason.message == "x *** x"
    turned = HttpRequest("POST", URL, data={"client_secret": "abcabc", "client_assertion": "ABCABCdef"})
    assert fit_to_show(refused("x ABCABCdef x"), turned).reason.message == "x *** x"


@pytest.mark.parametrize(("length", "shown"), [(399, 399), (400, 400), (401, 400), (5000, 400)])
def test_a_message_is_shortened_where_it_is_too_long(length: int, shown: int) -> None:
    """To four hundred characters; the last one then says so."""
    message = fit_to_show(refused("m" * length), HttpRequest("GET", URL)).reason.message
    assert len(message) == shown
    assert message.endswith("…") == (length > 400)


def test_everything_else_of_a_failure_stays() -> None:
    """What patience goes by is not touched."""
    before = refused("x", status=429, transient=True, retry_after=7.0, throttled=True)
    after = fit_to_show(before, HttpRequest("GET", URL))
    assert (after.reason, after.transient, after.retry_after, after.throttled, after.azure_code) == (
        before.reason,
        True,
        7.0,
        True,
        None,
    )
