"""Principals: whose token it is, when it is renewed, and that it is never shown or handed on."""

import base64
import json
import pickle
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.cloud.failure import Failure
from pal_agent.cloud.patience import Pace
from pal_agent.cloud.principal import RENEW_AGAIN, Identity, Principal, Token, identity_in, paused
from pal_agent.model import Code, Reason, Target

TENANT, OBJECT, APP = (f"0000000{n}-0000-4000-8000-00000000000a" for n in (1, 2, 3))
TARGET = Target(credential="one", tenant_id=TENANT, client_id=APP, expected_partner_id="5127255")


def jwt(claims: Any) -> str:
    def part(content: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature-{time.monotonic_ns()}"


def claims(**other: Any) -> dict[str, Any]:
    return {"oid": OBJECT, "tid": TENANT, "appid": APP, **other}


class SignIns:
    """Hands out tokens with these claims, one after the other, the last one again and again."""

    def __init__(self, *tokens: dict[str, Any], lasting: float = 3600, fails: int = 0) -> None:
        self.asked: list[str | None] = []
        self._tokens, self._lasting, self._fails = tokens or (claims(),), lasting, fails

    def __call__(self, asked: str | None) -> Token:
        self.asked.append(asked)
        if len(self.asked) <= self._fails:
            raise Failure(Code.UNAVAILABLE, "Not now.", status=503, transient=True)
        said = self._tokens[min(len(self.asked), len(self._tokens)) - 1]
        return Token(text=jwt(said), expires_on=time.time() + self._lasting)


def principal(sign_in: SignIns) -> Principal:
    return Principal(TARGET, sign_in=sign_in, timeout=30)


def test_the_claims_are_read_in_lower_case() -> None:
    """`azp` stands for `appid` in tokens of version 2."""
    wanted = Identity(object_id=OBJECT, tenant_id=TENANT, app_id=APP)
    assert identity_in(jwt(claims(oid=OBJECT.upper(), tid=TENANT.upper(), appid=APP.upper()))) == wanted
    assert identity_in(jwt({"oid": OBJECT, "tid": TENANT, "azp": APP})) == wanted


NAMELESS = ["", "x", "a.b.c", "..", "a.!!!!.c", jwt([]), jwt({}), jwt("x"), jwt({"oid": 5, "tid": TENANT}), "a.W10.c"]


@pytest.mark.parametrize("token", NAMELESS, ids=range(len(NAMELESS)))
def test_a_token_that_names_nobody_is_not_used(token: str) -> None:
    """Said, never guessed."""
    with pytest.raises(Failure) as caught:
        identity_in(token)
    assert caught.value.reason.code is Code.BAD_RESPONSE
    assert len(token) < 4 or token not in caught.value.reason.message


@given(token=st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: f"a.{base64.b64encode(raw).decode()}.c"))
def test_no_token_ends_a_run(token: str) -> None:
    """Whatever the bytes: none of these names anybody."""
    with pytest.raises(Failure) as caught:
        identity_in(token)
    assert caught.value.reason.code is Code.BAD_RESPONSE


@pytest.mark.parametrize("wrong", [{"tid": "another"}, {"appid": "another"}, {"appid": None}])
def test_a_token_for_somebody_else_is_refused(wrong: dict[str, Any]) -> None:
    """Tenant and application are the entry's."""
    stranger = principal(SignIns(claims(**wrong)))
    with pytest.raises(Failure) as caught:
        stranger.sign_in()
    assert caught.value.reason.code is Code.WRONG_IDENTITY
    with pytest.raises(Failure):
        stranger.token()


@pytest.mark.parametrize("changed", [{"oid": "another"}, {"tid": "another"}, {"appid": "another"}])
def test_a_new_token_must_be_for_the_same_principal(changed: dict[str, Any]) -> None:
    """Who the target is is decided by the first; the old token stays where it was."""
    one = principal(SignIns(claims(), claims(**changed)))
    one.sign_in()
    first = one.token()
    with pytest.raises(Failure) as caught:
        one.renew(stale=first, claims=None)
    assert caught.value.reason.code is Code.WRONG_IDENTITY
    assert one.token() == first


def test_however_many_find_it_stale_it_is_renewed_once() -> None:
    """Threads that come later get the token that the first one got."""
    sign_in = SignIns()
    one = principal(sign_in)
    one.sign_in()
    stale = one.token()
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(one.renew(stale=stale, claims="c"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sign_in.asked == [None, "c"]
    assert len(set(got)) == 1
    assert stale not in got


def test_a_token_refused_as_soon_as_it_was_issued_is_not_renewed_again() -> None:
    """It will not get better."""
    one = principal(sign_in := SignIns())
    one.sign_in()
    second = one.renew(stale=one.token(), claims=None)
    with pytest.raises(Failure) as caught:
        one.renew(stale=second, claims=None)
    assert (caught.value.reason.code, caught.value.reason.status) == (Code.CREDENTIAL_INVALID, 401)
    assert len(sign_in.asked) == 2


def test_a_renewal_that_failed_may_be_tried_again() -> None:
    """A passing fault of sign-in does not use the renewal up."""
    one = principal(SignIns())
    one.sign_in()
    one._sign_in = SignIns(fails=1)
    stale = one.token()
    with pytest.raises(Failure):
        one.renew(stale=stale, claims=None)
    assert one.renew(stale=stale, claims=None) != stale


@pytest.mark.parametrize("lasting", [-10, 0, 30])
def test_a_token_without_life_is_used_for_a_while(lasting: float) -> None:
    """No storm: what `expires_in` says counts only once the token is a minute old."""
    one = principal(sign_in := SignIns(lasting=lasting))
    one.sign_in()
    for _ in range(50):
        one.token()
    assert len(sign_in.asked) == 1


def test_an_aged_token_near_its_end_is_renewed_before_it_is_refused() -> None:
    """Once, by whoever needs it next."""
    one = principal(sign_in := SignIns(claims(), claims(), lasting=30))
    one.sign_in()
    one._issued_at -= 61
    first, second = one.token(), one.token()
    assert first == second
    assert len(sign_in.asked) == 2


def test_while_it_pauses_it_has_no_token_to_give() -> None:
    """Whatever is under way for it waits as well."""
    one = principal(SignIns())
    one.sign_in()
    one.pause(5)
    with pytest.raises(Failure) as caught:
        one.token()
    assert (caught.value.reason.code, caught.value.transient) == (Code.THROTTLED, True)
    assert caught.value.retry_after == pytest.approx(5, abs=0.5)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    """The latest moment counts."""
    one = principal(SignIns())
    one.pause(50)
    moment = one.paused_until
    one.pause(1)
    assert one.paused_until == moment


def test_a_token_is_not_shown_and_stays_in_its_process() -> None:
    """Neither in a representation nor in a pickle."""
    token = Token(text="very-secret", expires_on=0.0)
    assert "very-secret" not in repr(token)
    assert "very-secret" not in str(token)
    with pytest.raises(TypeError, match="a token stays in its process"):
        pickle.dumps(token)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tid": "another"}, "The token is for tenant another."),
        ({"appid": "another"}, "The token is for application another."),
        ({"appid": None}, "The token is for application None."),
        ({"oid": 5}, "The token can't be read: its claims are not text."),
        ({"tid": 5}, "The token can't be read: its claims are not text."),
        ({"appid": 5}, "The token can't be read: its claims are not text."),
        ({"oid": "another"}, "A new token is for another principal than the first one."),
    ],
    ids=["tenant", "application", "no application", "odd object", "odd tenant", "odd application", "object"],
)
def test_what_is_wrong_with_a_token_is_said(wrong: dict[str, Any], message: str) -> None:
    """In words a person can act on."""
    one = principal(SignIns(claims(), claims(**wrong)))
    one.sign_in()
    with pytest.raises(Failure) as caught:
        one.renew(stale=one.token(), claims=None)
    assert caught.value.reason.message == message


def test_without_a_token_it_is_said_so() -> None:
    """Rather than sending nothing, or none."""
    with pytest.raises(Failure) as caught:
        principal(SignIns()).token()
    assert caught.value.reason == Reason(code=Code.CREDENTIAL_INVALID, message="There is no token for this credential.")
    with pytest.raises(Failure, match=r"^The token can't be read: it names no object ID or tenant\.$"):
        identity_in("a.b.c")


def test_a_pause_is_told_as_the_throttling_it_is() -> None:
    """How long it lasts, and as if Azure had said so once more."""
    failure = paused(12.4)
    assert failure.reason == Reason(
        code=Code.THROTTLED, message="Azure asked this principal to wait another 12 s.", status=429
    )
    assert (failure.transient, failure.throttled, failure.retry_after) == (True, True, 12.4)


def test_a_token_refused_at_once_is_said_so() -> None:
    """And a while later it may be renewed again."""
    one = principal(sign_in := SignIns())
    one.sign_in()
    second = one.renew(stale=one.token(), claims=None)
    with pytest.raises(Failure, match=r"^Azure refuses a token that it has just issued\.$"):
        one.renew(stale=second, claims=None)
    assert one._renewed_at is not None
    one._renewed_at -= RENEW_AGAIN
    one.renew(stale=second, claims="c")
    assert sign_in.asked == [None, None, "c"]


def test_a_young_token_or_one_that_lasts_is_not_renewed() -> None:
    """Both must be: a minute old, and within a minute of its end."""
    for lasting, age, asked in ((30, 59, 1), (3600, 61, 1), (90, 61, 1), (50, 61, 2)):
        one = principal(sign_in := SignIns(lasting=lasting))
        one.sign_in()
        one._issued_at -= age
        one.token()
        assert sign_in.asked == [None] * asked


@pytest.mark.parametrize(
    ("date", "ahead"), [(3600, 3600.0), (-3600, -3600.0), (None, 0.0)], ids=["ahead", "behind", "no date"]
)
def test_how_far_the_clocks_are_apart_is_kept(date: int | None, ahead: float) -> None:
    """From the first answer that tells; a date that can't be read counts as none apart."""
    one = principal(SignIns())
    one.note({})
    assert one.clock_skew is None
    moment = "soon" if date is None else format_datetime(datetime.now(UTC) + timedelta(seconds=date), usegmt=True)
    one.note({"Date": moment})
    assert one.clock_skew == pytest.approx(ahead, abs=5)
    one.note({"Date": "Thu, 01 Jan 2099 00:00:00 GMT"})
    assert one.clock_skew == pytest.approx(ahead, abs=5)


def test_the_deadline_starts_when_it_is_first_asked_for() -> None:
    """It stays until the next phase of work."""
    one = principal(SignIns())
    first = one.deadline
    assert first - time.monotonic() == pytest.approx(30, abs=1)
    assert one.deadline == first
    one.restart()
    one._timeout = 300
    assert one.deadline - first == pytest.approx(270, abs=1)


def test_a_new_principal_knows_nothing_yet() -> None:
    """No pause, no identity, Azure's usual pace."""
    one = principal(SignIns())
    assert (one.target, one.pace, one.paused_until, one.identity) == (TARGET, Pace(), 0.0, None)
    assert one.sign_in() == one.identity == Identity(object_id=OBJECT, tenant_id=TENANT, app_id=APP)


def test_a_target_without_an_application_takes_any() -> None:
    """A managed identity, or whoever is signed in with `az login`."""
    target = replace(TARGET, client_id=None)
    one = Principal(target, sign_in=SignIns({"oid": OBJECT, "tid": TENANT}), timeout=30)
    assert one.sign_in() == Identity(object_id=OBJECT, tenant_id=TENANT, app_id=None)
