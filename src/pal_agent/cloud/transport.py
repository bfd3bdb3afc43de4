"""One exchange, bounded in time and size, for every azure-core pipeline."""

import http.client
import re
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import requests
import urllib3.exceptions
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest

from pal_agent.cloud import deadline
from pal_agent.cloud.connection import CHUNK
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.session import Session
from pal_agent.model import Code

if TYPE_CHECKING:
    from requests.structures import CaseInsensitiveDict

LIMIT = 32 * 1024 * 1024
NO_ANSWER = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)
SENDABLE = re.compile(r"[\t\x20-\x7e]*", re.ASCII)


class Answer:
    """What azure-core calls an HTTP response, as far as clients look at a good one: whole. `headers` know no case,
    `parsed` is the JSON that `policies.Verdict` read from it."""

    def __init__(self, request: HttpRequest, response: requests.Response, content: bytes) -> None:
        self.request = request
        self.status_code, self.reason = response.status_code, response.reason
        self.headers: Mapping[str, str] = response.headers
        self.content = content
        self.parsed: Any = None

    @property
    def content_type(self) -> str | None:
        return self.headers.get("Content-Type")

    def json(self) -> Any:
        return self.parsed

    def body(self) -> bytes:
        """Clients of the older generator look for it before they read the text."""
        return self.content

    def text(self, encoding: str | None = None) -> str:
        return self.content.decode(encoding or "utf-8-sig")


class Transport(HttpTransport[HttpRequest, Answer]):
    """Sends through `Session`, reads at most `LIMIT` bytes before the thread's deadline, raises only `Failure`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def send(self, request: HttpRequest, **options: Any) -> Answer:
        _ensure_sendable(request)
        try:
            response = self._session.send(_prepared(request))
        except NO_ANSWER as error:
            raise _no_answer(error) from error
        try:
            content = _body(response)
        except NO_ANSWER as error:
            raise _cut_off(error, response.status_code) from error
        finally:
            response.close()
        return Answer(request, response, content)

    def open(self) -> None:
        """The session is open already."""

    def close(self) -> None:
        """The session belongs to the run."""

    def __enter__(self) -> "Transport":
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


def _ensure_sendable(request: HttpRequest) -> None:
    """Libraries quote a header that they can't send, and a token with a line break in it is one."""
    for name, value in request.headers.items():
        if not SENDABLE.fullmatch(value):
            message = f"The header {name} can't be sent: it would hold a character that headers have no room for."
            raise Failure(Code.BAD_RESPONSE, message)


def _prepared(request: HttpRequest) -> requests.PreparedRequest:
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url = request.method, request.url
    prepared.headers = cast("CaseInsensitiveDict[str]", request.headers)  # azure-core's own, with the same face
    prepared.prepare_body(request._data, None)
    if request.content is not None and prepared.body is None:
        prepared.prepare_body(request.content, None)
    return prepared


def _body(response: requests.Response) -> bytes:
    length = response.headers.get("Content-Length") or ""
    if length.isdecimal() and (len(length) > len(str(LIMIT)) or int(length) > LIMIT):
        raise _too_large(response.status_code)
    chunks: list[bytes] = []
    size = 0
    for chunk in response.raw.stream(CHUNK, decode_content=True):
        size += len(chunk)
        if size > LIMIT:
            raise _too_large(response.status_code)
        if deadline.left() <= 0:
            raise TimeoutError
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(status: int) -> Failure:
    return Failure(Code.BAD_RESPONSE, f"The answer is larger than {LIMIT // 1024 // 1024} MiB.", status=status)


def _no_answer(error: Exception) -> Failure:
    """Messages name no address: a proxy's may carry a password."""
    chain = list(_chain(error))
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain):
        return Failure(Code.UNREACHABLE, "The server's certificate is not trusted (see cloud.ca_bundle).")
    if any(isinstance(link, urllib3.exceptions.NameResolutionError) for link in chain):
        return Failure(Code.UNREACHABLE, "The host's name can't be resolved.", transient=True)
    if _is_late(chain):
        return Failure(Code.TIMEOUT, "No answer in time.", transient=True)
    if any(isinstance(link, http.client.HTTPException) and not _reset(link) for link in chain):
        return Failure(Code.BAD_RESPONSE, "The answer is not HTTP.", transient=True)
    if any(isinstance(link, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError)) for link in chain):
        return Failure(Code.UNREACHABLE, "The proxy can't be reached or refused the connection.", transient=True)
    return Failure(Code.UNREACHABLE, "No connection, or it was cut before an answer.", transient=True)


def _cut_off(error: Exception, status: int) -> Failure:
    if any(isinstance(link, (TimeoutError, urllib3.exceptions.TimeoutError)) for link in _chain(error)):
        return Failure(Code.TIMEOUT, "The answer did not arrive whole in time.", transient=True)
    return Failure(Code.BAD_RESPONSE, "The answer was cut off or can't be decoded.", status=status, transient=True)


def _is_late(chain: list[BaseException]) -> bool:
    """An answer that did not come in time. No connection is something else, even where trying for one took too long:
    unless the exchange itself is out of time. (urllib3 takes every failed connection for a timeout.)"""
    if any(isinstance(link, urllib3.exceptions.ConnectTimeoutError) for link in chain):
        return deadline.left() <= 0
    return any(isinstance(link, TimeoutError | urllib3.exceptions.TimeoutError | requests.Timeout) for link in chain)


def _reset(error: BaseException) -> bool:
    return isinstance(error, (http.client.RemoteDisconnected, http.client.NotConnected))


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and link not in found:
            found.append(link)
            waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
    return found
