"""Principals: whose token it is, when it is renewed, and that it is never shown or handed on."""

import base64
import json
import pickle
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.cloud.failure import Failure
from pal_agent.cloud.principal import Identity, Principal, Token, identity_in
from pal_agent.model import Code, Target

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
    with pytest.raises(TypeError):
        pickle.dumps(token)
