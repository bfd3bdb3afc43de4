"""The one place that translates Azure's answers: status, headers and body in, a reason out."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pal_agent.cloud import judge
from pal_agent.cloud.failure import Failure
from pal_agent.model import Code, Reason

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *((None, None), ("", None), (" ", None), ("0", None), ("0.0", None), ("-5", None), ("+5", None)),
        *(("1", 1.0), (" 17 ", 17.0), ("2.5", 2.5), ("86400", 86400.0), ("1000000000", 1e9), ("1e9", 1e9)),
        *(("9" * 40, 1e40), ("0e5", None), ("soon", None), ("1,5", None), ("1, 1", None), ("0x10", None)),
        *(("nan", None), ("inf", None), ("Infinity", None), ("１２", None), ("1_000", None), ("5s", None)),
        ("Mon, 01 Jun 2026 12:00:30 GMT", 30.0),
        ("Monday, 01-Jun-26 12:00:30 GMT", 30.0),
        ("Mon Jun  1 12:00:30 2026", 30.0),
        ("Mon, 01 Jun 2026 14:00:30 +0200", 30.0),
        ("Mon, 01 Jun 2026 11:59:59 GMT", None),
        ("Mon, 01 Jun 2026 12:00:00 GMT", None),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 2290593600.0),
        *(("Mon, 99 Jun 2026 12:00:30 GMT", None), ("Thu, 01 Jan 99999 00:00:00 GMT", None)),
        ("Mon, 01 Jan 0001 00:00:00 +2359", None),
    ],
)
def test_retry_after_is_a_number_a_date_or_nothing(header: str | None, seconds: float | None) -> None:
    """RFC 9110, and what else is seen in the wild; anything not positive is as absent."""
    assert judge.retry_after(header, NOW) == pytest.approx(seconds)


@given(header=st.text(max_size=40) | st.from_regex(r"[A-Za-z]{3}, [0-9 ]{1,5} [A-Za-z]{3} -?[0-9]{1,6} [0-9:+-]{1,20}"))
@example(header="Mon, 01 Jan 0001 00:00:00 +2359")
def test_no_retry_after_ends_a_run(header: str) -> None:
    """Positive and a number, or None; never an exception."""
    seconds = judge.retry_after(header, NOW)
    assert seconds is None or seconds > 0


@given(ahead=st.integers(1, 10**9))
def test_a_date_is_that_far_ahead(ahead: int) -> None:
    """To the second."""
    assert judge.retry_after(format_datetime(NOW + timedelta(seconds=ahead), usegmt=True), NOW) == ahead


def test_a_date_without_a_zone_is_universal_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the agent runs."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert judge.retry_after("Mon, 01 Jun 2026 12:00:30", NOW) == 30
    finally:
        monkeypatch.undo()
        time.tzset()


def arm(status: int, code: str | None = None, message: str = "", **headers: str) -> Failure:
    body = json.dumps({"error": {"code": code, "message": message}}).encode() if code else b""
    return judge.arm_failure(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)


@pytest.mark.parametrize(
    ("status", "azure_code", "message", "code", "transient"),
    [
        (429, "TooManyRequests", "", Code.THROTTLED, True),
        *((status, None, "", Code.UNAVAILABLE, True) for status in (408, 500, 502, 503, 504, 507, 599)),
        (401, "ExpiredAuthenticationToken", "", Code.CREDENTIAL_INVALID, False),
        (403, "AuthorizationFailed", "", Code.FORBIDDEN, False),
        *((status, None, "", Code.BAD_RESPONSE, False) for status in (301, 302, 307, 308, 304)),
        *((status, "Whatever", "No.", Code.BAD_RESPONSE, False) for status in (201, 204, 400, 404, 409, 410, 412)),
        (409, "MissingSubscriptionRegistration", "", Code.UNAVAILABLE, False),
        (404, "InvalidResourceNamespace", "", Code.UNAVAILABLE, False),
        (400, "NoRegisteredProviderFound", "", Code.UNAVAILABLE, False),
        (400, "BadRequest", "If you are a CSP partner logged in the customer tenant, you", Code.CSP_AUTOMATIC, False),
        (403, "X", "If you are a CSP Partner logged in the customer tenant, you", Code.CSP_AUTOMATIC, False),
    ],
)
def test_each_refusal_has_its_code(
    status: int, azure_code: str | None, message: str, code: Code, *, transient: bool
) -> None:
    """By status, and by Azure's own code where that says more."""
    failure = arm(status, azure_code, message)
    assert (failure.reason.code, failure.reason.status, failure.transient) == (code, status, transient)
    assert failure.reason.message
    assert failure.throttled == (status == 429)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 302])
def test_only_what_passes_may_ask_to_wait(status: int) -> None:
    """A Retry-After on anything else is not listened to."""
    assert arm(status, "X", Retry_After="1").retry_after is None


def test_the_correlation_id_is_told_where_it_is_one() -> None:
    """Of 5xx, and not whatever a server puts in its place."""
    assert "correlation ID abc-123" in arm(503, x_ms_correlation_request_id="abc-123").reason.message
    assert "correlation ID abc-124" in arm(503, x_ms_request_id="abc-124").reason.message
    assert "correlation" not in arm(503, x_ms_request_id="eyJhbGciOi.eyJ_").reason.message
    assert "correlation" not in arm(503, x_ms_request_id="a" * 65).reason.message
    assert "correlation" not in arm(404, x_ms_request_id="abc-124").reason.message


def test_azures_words_are_told_from_either_level() -> None:
    """The provider of links repeats its error at two levels."""
    flat = json.dumps({"code": "PartnerIdInvalid", "message": "The Partner ID is not valid"}).encode()
    for body in (flat, json.dumps({"error": json.loads(flat)}).encode(), json.dumps({"error": 5} | json.loads(flat))):
        failure = judge.arm_failure(400, {}, body.encode() if isinstance(body, str) else body, NOW)
        assert failure.azure_code == "PartnerIdInvalid"
        assert failure.reason.message == "PartnerIdInvalid: The Partner ID is not valid"


def entra(number: int | None, error: str = "invalid_client", status: int = 401) -> Failure:
    text = f"AADSTS{number}: Said so. Trace ID: 1 Correlation ID: 2 Timestamp: 3" if number else ""
    body = json.dumps({"error": error, "error_description": text}).encode()
    return judge.sign_in_failure(status, {}, body, NOW)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *((7000215, Code.CREDENTIAL_INVALID), (7000222, Code.CREDENTIAL_EXPIRED), (700027, Code.CREDENTIAL_INVALID)),
        *((700016, Code.APP_NOT_IN_TENANT), (7000229, Code.APP_NOT_IN_TENANT), (7000112, Code.PRINCIPAL_DISABLED)),
        *((90002, Code.TENANT_NOT_FOUND), (53003, Code.BLOCKED_BY_POLICY), (530003, Code.BLOCKED_BY_POLICY)),
        *((50076, Code.BLOCKED_BY_POLICY), (999999, Code.CREDENTIAL_INVALID)),
    ],
)
def test_each_aadsts_number_has_its_code(number: int, code: Code) -> None:
    """One line, without Entra's trace IDs, never to be tried again."""
    failure = entra(number)
    assert failure.reason.code is code
    assert failure.reason.message == f"AADSTS{number}: Said so."
    assert not failure.transient
    assert failure.azure_code == f"AADSTS{number}"


@pytest.mark.parametrize(
    ("error", "code", "transient"),
    [
        ("invalid_tenant", Code.TENANT_NOT_FOUND, False),
        ("unauthorized_client", Code.CREDENTIAL_INVALID, False),
        ("temporarily_unavailable", Code.UNAVAILABLE, True),
        ("something_else", Code.BAD_RESPONSE, False),
    ],
)
def test_without_a_number_oauths_own_word_counts(error: str, code: Code, *, transient: bool) -> None:
    """RFC 6749, section 5.2."""
    failure = entra(None, error)
    assert (failure.reason.code, failure.transient) == (code, transient)
    assert failure.reason.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "code", "message", "error_description"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(
    status=st.integers(100, 599).filter(lambda status: status != 200),
    body=st.binary(max_size=30) | JSON.map(json.dumps).map(str.encode),
    wait=st.none() | st.text(max_size=10),
)
def test_any_refusal_is_understood_as_something(status: int, body: bytes, wait: str | None) -> None:
    """Whatever the body: a reason with words, and only throttling and faults that pass are tried again."""
    headers = {} if wait is None else {"Retry-After": wait}
    for failure in (
        judge.arm_failure(status, headers, body, NOW),
        judge.sign_in_failure(status, headers, body, NOW),
    ):
        assert failure.reason.message
        assert failure.reason.status == status
        assert not failure.transient or status in (408, 429) or status >= 500 or b"temporarily" in body


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"a": ', b"[" * 200_000, b'{"n": ' + b"9" * 5000 + b"}", b"\xff\xfe\x00", b"\x80"],
    ids=["empty", "html", "cut", "deep", "digits", "utf-16", "no-utf-8"],
)
def test_what_is_no_json_may_be_whole_next_time(body: bytes) -> None:
    """Never a ValueError, nor a RecursionError."""
    with pytest.raises(Failure) as caught:
        judge.read_json(body, 200)
    assert (caught.value.reason.code, caught.value.transient) == (Code.BAD_RESPONSE, True)


IN_HALF_A_MINUTE = "Mon, 01 Jun 2026 12:00:30 GMT"


@pytest.mark.parametrize("judgement", [judge.arm_failure, judge.sign_in_failure], ids=["arm", "sign-in"])
@pytest.mark.parametrize("header", ["30", IN_HALF_A_MINUTE], ids=["seconds", "date"])
def test_throttling_says_how_long(judgement: Callable[..., Failure], header: str) -> None:
    """Azure's own pace, to the second, and in words."""
    failure = judgement(429, {"Retry-After": header}, b"", NOW)
    assert (failure.retry_after, failure.throttled, failure.transient) == (30.0, True, True)
    assert failure.reason == Reason(code=Code.THROTTLED, message="Azure asks to slow down for 30 s.", status=429)
    assert judgement(429, {}, b"", NOW).reason.message == "Azure asks to slow down."


@pytest.mark.parametrize("judgement", [judge.arm_failure, judge.sign_in_failure], ids=["arm", "sign-in"])
@pytest.mark.parametrize("header", ["30", IN_HALF_A_MINUTE], ids=["seconds", "date"])
def test_a_passing_fault_may_ask_to_wait(judgement: Callable[..., Failure], header: str) -> None:
    """It is no throttling: the principal's other questions go on."""
    failure = judgement(503, {"Retry-After": header}, b"", NOW)
    assert (failure.retry_after, failure.throttled, failure.transient) == (30.0, False, True)
    assert failure.reason == Reason(code=Code.UNAVAILABLE, message="Azure answered with HTTP 503.", status=503)


def test_a_passing_fault_is_told_in_azures_words() -> None:
    """With the ID that Azure's support asks for."""
    failure = arm(503, "ServerBusy", "Come back.", x_ms_correlation_request_id="abc-123")
    assert failure.reason.message == "ServerBusy: Come back. (correlation ID abc-123)"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"code": "Odd", "message": "Why."}}, "Odd: Why."),
        ({"error": {"code": "Odd", "message": 5}}, "Odd"),
        ({"error": {"code": "Odd"}}, "Odd"),
        ({"error": {"code": "", "message": "Why."}}, "Why."),
        ({"error": {"code": "", "message": ""}}, "Azure answered with HTTP 404."),
        ({"error": {"code": 5, "message": "Why."}}, "Azure answered with HTTP 404."),
        ([], "Azure answered with HTTP 404."),
    ],
    ids=["both", "odd message", "code", "message", "neither", "odd code", "no object"],
)
def test_as_much_as_azure_said_is_told(body: Any, message: str) -> None:
    """Code and message, one of them, or the status alone."""
    failure = judge.arm_failure(404, {}, json.dumps(body).encode(), NOW)
    assert failure.reason == Reason(code=Code.BAD_RESPONSE, message=message, status=404)


def test_a_redirect_is_said_to_be_one() -> None:
    """Whatever its body says."""
    assert arm(302, "Odd", "Why.").reason.message == "Azure answered with a redirect, which is not followed."
    assert (arm(299, "Odd").reason.message, arm(300).reason.message[:27]) == ("Odd", "Azure answered with a redir")
    assert arm(399).reason.message != arm(400).reason.message == "Azure answered with HTTP 400."


@pytest.mark.parametrize(
    ("body", "code", "azure_code", "message"),
    [
        (
            {"error": "e", "error_description": "AADSTS1: A.\r\nTrace ID: x"},
            "credential-invalid",
            "AADSTS1",
            "AADSTS1: A.",
        ),
        ({"error": "e", "error_description": "AADSTS1: A.\nB"}, "credential-invalid", "AADSTS1", "AADSTS1: A."),
        ({"error": "e", "error_description": "AADSTS1: A.\rB"}, "credential-invalid", "AADSTS1", "AADSTS1: A."),
        ({"error": "e", "error_description": "(AADSTS1) AADSTS90002: A."}, "tenant-not-found", "AADSTS1", None),
        ({"error": "e", "error_description": "(AADSTS1) AADSTS53003: A."}, "blocked-by-policy", "AADSTS1", None),
        ({"error": "invalid_grant"}, "credential-invalid", "invalid_grant", "invalid_grant"),
        ({"error": "access_denied"}, "credential-invalid", "access_denied", "access_denied"),
        ({"error": "invalid_client"}, "credential-invalid", "invalid_client", "invalid_client"),
        ({"error": "e", "error_description": 5}, "bad-response", "e", "e"),
        ({"error": 5, "error_description": "Why."}, "bad-response", None, "Why."),
        ({"error": 5}, "bad-response", None, "Sign-in was refused with HTTP 400."),
        ([], "bad-response", None, "Sign-in was refused with HTTP 400."),
    ],
    ids=range(12),
)
def test_as_much_as_entra_said_is_told(body: Any, code: str, azure_code: str | None, message: str | None) -> None:
    """The first line of it, or OAuth's word, or the status alone; any of its numbers may be the one that counts."""
    failure = judge.sign_in_failure(400, {}, json.dumps(body).encode(), NOW)
    told = message or body["error_description"]
    assert failure.reason == Reason(code=Code(code), message=told, status=400)
    assert (failure.azure_code, failure.transient) == (azure_code, False)


def test_an_answer_that_is_no_json_is_told_by_its_status() -> None:
    """A proxy's page, say."""
    failure = judge.sign_in_failure(400, {}, b"<html>", NOW)
    assert failure.reason == Reason(code=Code.BAD_RESPONSE, message="Sign-in was refused with HTTP 400.", status=400)
    assert failure.azure_code is None


def test_entra_out_of_order_passes() -> None:
    """RFC 6749's `temporarily_unavailable`, with its status."""
    failure = entra(None, "temporarily_unavailable", 400)
    assert failure.reason == Reason(code=Code.UNAVAILABLE, message="temporarily_unavailable", status=400)


def test_as_many_values_as_that_are_read_and_no_more() -> None:
    """Counted before they are made into objects."""
    assert len(judge.read_json(b"[" + b"0," * (judge.MOST_VALUES - 1) + b"0]", 200)) == judge.MOST_VALUES
    with pytest.raises(Failure) as caught:
        judge.read_json(b"[" + b"0," * judge.MOST_VALUES + b"0]", 200)
    objects = judge.MOST_VALUES // 2
    assert len(judge.read_json(b"[" + b"{}," * (objects - 1) + b"{}]", 200)) == objects
    with pytest.raises(Failure):
        judge.read_json(b"[" + b"{}," * objects + b"{}]", 200)
    reason = caught.value.reason
    assert (reason.message, reason.status) == ("The answer is not JSON, or absurdly much of it.", 200)
