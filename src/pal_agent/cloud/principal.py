"""A target signed in: its token, its deadline, and how long it must pause. Shared by all threads that work on it."""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pal_agent.cloud.failure import Failure
from pal_agent.cloud.judge import seconds_until
from pal_agent.cloud.patience import Pace
from pal_agent.cloud.quota import Quota
from pal_agent.model import Code, Target, same

RENEW_BEFORE = 60.0  # seconds of life in which a token is still used
RENEW_AGAIN = 30.0  # a token refused so soon after it was issued will not get better


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access token; its text is kept out of every representation. `expires_on` is in seconds since the epoch."""

    text: str = field(repr=False)
    expires_on: float

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a token stays in its process")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the token says the caller is."""

    object_id: str
    tenant_id: str
    app_id: str | None


SignIn = Callable[[str | None], Token]
USUAL = Pace()


def paused(seconds: float) -> Failure:
    """Nothing was asked: Azure wants this principal to wait."""
    message = f"Azure asked this principal to wait another {seconds:.0f} s."
    return Failure(Code.THROTTLED, message, status=429, transient=True, retry_after=seconds, throttled=True)


def identity_in(token: str) -> Identity:
    """The claims `oid`, `tid` and `appid`. Nobody here can check the signature; Azure does."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        object_id, tenant_id = claims["oid"], claims["tid"]
        app_id = claims.get("appid", claims.get("azp"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Failure(Code.BAD_RESPONSE, "The token can't be read: it names no object ID or tenant.") from error
    if not isinstance(object_id, str) or not isinstance(tenant_id, str) or not isinstance(app_id, str | None):
        raise Failure(Code.BAD_RESPONSE, "The token can't be read: its claims are not text.")
    return Identity(object_id=object_id.lower(), tenant_id=tenant_id.lower(), app_id=app_id and app_id.lower())


class Principal:
    """One target's sign-in. `sign_in(claims)` asks for a new token each time it is called."""

    def __init__(self, target: Target, *, sign_in: SignIn, timeout: float, pace: Pace = USUAL) -> None:
        self.target = target
        self.pace = pace
        self.quota = Quota()
        self.clock_skew: float | None = None
        self.paused_until = 0.0
        self.identity: Identity | None = None
        self._sign_in = sign_in
        self._timeout = timeout
        self._deadline: float | None = None
        self._token: Token | None = None
        self._issued_at = 0.0
        self._renewed_at: float | None = None
        self._lock = threading.Lock()

    @property
    def deadline(self) -> float:
        """On the monotonic clock. It starts with the first exchange, not with the run."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self._timeout
        return self._deadline

    def restart(self) -> None:
        """A new deadline, for the next phase of work."""
        self._deadline = None

    def sign_in(self) -> Identity:
        """A token, and who it is for; refuses one for anybody but the target."""
        token = self._sign_in(None)
        self.identity = self._checked(token)
        self._keep(token)
        return self.identity

    def token(self) -> str:
        """What to send now. Raises Failure while the principal pauses: a list of many pages stops between them."""
        if (wait := self.paused_until - time.monotonic()) > 0:
            raise paused(wait)
        token = self._token
        if token is None:
            raise Failure(Code.CREDENTIAL_INVALID, "There is no token for this credential.")
        aged = time.monotonic() - self._issued_at > RENEW_BEFORE
        if aged and token.expires_on - time.time() < RENEW_BEFORE:
            return self.renew(stale=token.text, claims=None)
        return token.text

    def renew(self, *, stale: str, claims: str | None) -> str:
        """One new token however many threads find the old one refused."""
        with self._lock:
            if self._token is not None and self._token.text != stale:
                return self._token.text
            now = time.monotonic()
            if self._renewed_at is not None and now - self._renewed_at < RENEW_AGAIN:
                raise Failure(Code.CREDENTIAL_INVALID, "Azure refuses a token that it has just issued.", status=401)
            token = self._sign_in(claims)
            if self._checked(token) != self.identity:
                raise Failure(Code.WRONG_IDENTITY, "A new token is for another principal than the first one.")
            self._renewed_at = now
            self._keep(token)
            return token.text

    def note(self, headers: Mapping[str, str]) -> None:
        """Keeps how far the clocks are apart: seconds by which Azure's is ahead."""
        if self.clock_skew is None and (date := headers.get("Date")):
            ahead = seconds_until(date, datetime.now(UTC))
            self.clock_skew = 0.0 if ahead is None else ahead

    def pause(self, seconds: float) -> None:
        """Nothing is sent for this principal until then; others go on."""
        self.paused_until = max(self.paused_until, time.monotonic() + seconds)

    def _keep(self, token: Token) -> None:
        self._token = token
        self._issued_at = time.monotonic()

    def _checked(self, token: Token) -> Identity:
        found = identity_in(token.text)
        if not same(found.tenant_id, self.target.tenant_id):
            raise Failure(Code.WRONG_IDENTITY, f"The token is for tenant {found.tenant_id}.")
        wanted = self.target.client_id
        if wanted is not None and not same(found.app_id or "", wanted):
            raise Failure(Code.WRONG_IDENTITY, f"The token is for application {found.app_id}.")
        return found
