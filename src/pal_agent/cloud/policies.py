"""Our policies, in the order they wrap one another: `Discovery`, `Verdict`, `Pacing`, `Bearer`, `OriginGuard`,
transport.

They are shared by azure-identity and every management client; nothing of azure-core's default pipeline is used (it
follows any nextLink, sleeps any Retry-After, retries a 403 and registers providers in the customer's subscription).
"""

import html
import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol
from urllib.parse import quote, quote_plus, urlsplit

from azure.core.pipeline import Pipeline, PipelineContext, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from azure.core.rest import HttpRequest

from pal_agent import __version__
from pal_agent.cloud import deadline, judge
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.quota import Quota, budget_of
from pal_agent.cloud.transport import Answer, Transport
from pal_agent.model import Code

Request = PipelineRequest[HttpRequest]
Response = PipelineResponse[HttpRequest, Answer]
Shape = Callable[[Any], Any]
Policies = Sequence[HTTPPolicy[HttpRequest, Answer]]
Judgement = Callable[[int, Mapping[str, str], bytes, datetime], Failure]

USER_AGENT = f"pal-agent/{__version__}"
CALLER, SHAPE, ADDRESS = "pal_caller", "pal_shape", "pal_address"
LONGEST_MESSAGE = 400


class Caller(Protocol):
    """Whose token a request carries. `renew` gets a new one in place of `stale`, or raises `Failure`."""

    quota: Quota

    def token(self) -> str: ...
    def renew(self, *, stale: str, claims: str | None) -> str: ...
    def note(self, headers: Mapping[str, str]) -> None: ...


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of a URL without user information; None for anything odd."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or "@" in parts.netloc or "\\" in url:
        return None
    return parts.scheme, parts.hostname.lower(), port


class Chain(Pipeline[HttpRequest, Answer]):
    """azure-core's pipeline without its preparations for requests of many parts, which nobody here sends."""

    def __init__(self, transport: Transport, policies: Policies) -> None:
        super().__init__(transport, policies)
        self._first = policies[0]

    def run(self, request: HttpRequest, **options: Any) -> Response:
        return self._first.send(PipelineRequest(request, PipelineContext(self._transport, **options)))


class OriginGuard(HTTPPolicy[HttpRequest, Answer]):
    """Nothing leaves for another origin than the configured one: no nextLink, redirect or endpoint can lead it away."""

    def __init__(self, *allowed: str) -> None:
        super().__init__()
        self._allowed = {origin(url) for url in allowed} - {None}
        self._plain = tuple("/".join(url.split("/", 3)[:3]) + "/" for url in allowed if origin(url))

    def send(self, request: Request) -> Response:
        url = request.http_request.url
        as_configured = url.startswith(self._plain) and "\\" not in url  # most are: spelt as the configuration does
        if not as_configured and origin(url) not in self._allowed:
            raise Failure(Code.BAD_RESPONSE, "The answer leads to another host than the configured one; not followed.")
        return self.next.send(request)


class Pacing(HTTPPolicy[HttpRequest, Answer]):
    """Raises `TooEarly` rather than send what would overdraw the caller's budget; learns what Azure says is left."""

    def send(self, request: Request) -> Response:
        caller: Caller = request.context.options[CALLER]
        budget = budget_of(request.http_request.method, request.http_request.url)
        caller.quota.take(budget, time.monotonic())
        response = self.next.send(request)
        caller.quota.told(budget, response.http_response.headers, time.monotonic())
        return response


class Bearer(HTTPPolicy[HttpRequest, Answer]):
    """Puts the caller's token on the request; on a 401, one fresh token and one replay."""

    def send(self, request: Request) -> Response:
        caller: Caller = request.context.options.pop(CALLER)
        token = caller.token()
        response = self._send(request, token)
        if response.http_response.status_code == 401:
            challenge = response.http_response.headers.get("WWW-Authenticate", "")
            response = self._send(request, caller.renew(stale=token, claims=claims_in(challenge)))
        caller.note(response.http_response.headers)
        return response

    def _send(self, request: Request, token: str) -> Response:
        request.http_request.headers["Authorization"] = f"Bearer {token}"
        return self.next.send(request)


def claims_in(challenge: str) -> str | None:
    """The claims of a Conditional Access challenge (RFC 6750 header, `claims` in base64), if there are any."""
    import base64

    found = re.search(r'claims="([A-Za-z0-9+/=_-]{1,8192})"', challenge)
    if found is None:
        return None
    try:
        return base64.urlsafe_b64decode(found[1] + "==").decode()
    except ValueError:
        return None


class Verdict(HTTPPolicy[HttpRequest, Answer]):
    """Turns everything but a believable 200 into a `Failure`; leaves the JSON it read on the answer.

    The shape to expect comes with the request (`SHAPE`): a function that raises ValueError, or returns what the client
    is to read (not more than it needs: its models are slow); None for no body. Who
    wants to know where a client's request went gives a function that is told the URL (`ADDRESS`).
    """

    def __init__(self, judgement: Judgement, *, shape: Shape | None = None) -> None:
        super().__init__()
        self._judgement = judgement
        self._shape = shape or an_object

    def send(self, request: Request) -> Response:
        shape: Shape | None = request.context.options.pop(SHAPE, self._shape)
        request.context.options.pop(ADDRESS, _nobody)(request.http_request.url)
        request.http_request.headers["User-Agent"] = USER_AGENT
        response = self.next.send(request)
        answer = response.http_response
        if answer.status_code != 200:
            failure = self._judgement(answer.status_code, answer.headers, answer.content, datetime.now(UTC))
            raise fit_to_show(failure, request.http_request)
        if shape is not None:
            answer.parsed = judge.read_json(answer.content, answer.status_code)
            _believe(shape, answer)
        return response


def _believe(shape: Shape, answer: Answer) -> None:
    try:
        answer.parsed = shape(answer.parsed)
    except (ValueError, RecursionError) as error:
        message = f"The answer has not the documented shape: {error}."
        raise Failure(Code.BAD_RESPONSE, message, status=answer.status_code, transient=True) from error


def _nobody(_: str) -> None:
    """Nobody wants to know."""


def an_object(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content


def fit_to_show(failure: Failure, request: HttpRequest) -> Failure:
    """A server may echo what was sent: nothing secret in this request survives in the message, then it is shortened."""
    secrets = _secrets_in(request)

    def clean(text: str) -> str:
        harmless = _without(secrets, text)
        return harmless if len(harmless) <= LONGEST_MESSAGE else harmless[: LONGEST_MESSAGE - 1] + "…"

    return Failure(
        failure.reason.code,
        clean(failure.reason.message),
        status=failure.reason.status,
        transient=failure.transient,
        retry_after=failure.retry_after,
        throttled=failure.throttled,
        azure_code=failure.azure_code and clean(failure.azure_code),
    )


def _without(secrets: list[str], text: str) -> str:
    """In any case. By hand: `re` would keep each secret in its cache of patterns."""
    for secret in secrets:
        wanted, lower, kept, at = _lower(secret), _lower(text), list[str](), 0
        while (found := lower.find(wanted, at)) >= 0:
            kept += (text[at:found], "***")
            at = found + len(secret)
        text = "".join((*kept, text[at:]))
    return text


def _lower(text: str) -> str:
    """In lower case, and as long as before: of a few characters lower case is two."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _secrets_in(request: HttpRequest) -> list[str]:
    """As they are, and as a server may spell them: undecoded from the form, or escaped for JSON or HTML once more.
    Longest first."""
    sent = {request.headers.get("Authorization", "").removeprefix("Bearer ")}
    if isinstance(request._data, dict):
        sent |= {str(request._data.get(field, "")) for field in ("client_secret", "client_assertion")}
    ways = (str, quote_plus, quote, partial(quote, safe=""), lambda text: json.dumps(text)[1:-1], html.escape)
    return sorted({way(secret) for secret in sent if secret for way in ways}, key=len, reverse=True)


class Endpoints:
    """What discovery has told in this run. Bounded: tenants beyond the latest few hundred are asked again."""

    KEPT = 512

    def __init__(self) -> None:
        self._known: dict[str, Response] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def answer(self, url: str, ask: Callable[[], Response]) -> Response:
        """The endpoints at `url`, asked for once however many threads want them at the same time."""
        with self._lock:
            asking = self._asking.setdefault(url, threading.Lock())
        if not asking.acquire(timeout=deadline.left()):
            raise Failure(Code.TIMEOUT, "No answer in time.", transient=True)
        try:
            response = self._known.get(url) or ask()
            self._keep(url, response)
            return response
        finally:
            asking.release()

    def _keep(self, url: str, response: Response) -> None:
        with self._lock:
            self._known[url] = response
            for old in list(self._known)[: -self.KEPT]:
                if old != url:
                    del self._known[old]
                    self._asking.pop(old, None)


class Discovery(HTTPPolicy[HttpRequest, Answer]):
    """Asks each authority and tenant for its endpoints once; MSAL would ask again for every credential.

    Stands outside of `Verdict`, so only a good answer is ever kept.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        super().__init__()
        self._endpoints = endpoints

    def send(self, request: Request) -> Response:
        url = request.http_request.url
        if not url.endswith("/.well-known/openid-configuration"):
            return self.next.send(request)
        return self._endpoints.answer(url, lambda: self.next.send(request))
