"""The simulated Azure inside a `requests.Session`: real host names, no sockets."""

import io
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import NewConnectionError, ProtocolError

from pal_agent.sim.respond import respond
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request, Response

DRIP_SECONDS = 0.5


class SimulatedAzure(BaseAdapter):
    """Mount at `https://`. Every host is answered: whoever asks one it shouldn't finds that in `azure.log`.

    Faults of sockets arrive as the exceptions that requests would raise. A hang raises its timeout at once, and a delay
    goes through `sleep`, up to the read timeout.
    """

    def __init__(self, azure: Azure, *, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self.azure = azure
        self._sleep = sleep
        self._builder = HTTPAdapter()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Raises the exceptions of requests for faults of sockets."""
        answer = respond(self.azure, _asked(request))
        _raise_fault(answer, request)
        self._wait(answer.delay, _read_timeout(timeout), request)
        response = self._builder.build_response(request, _raw(answer, request, self._sleep))
        response.connection = self  # type: ignore[assignment]
        if not stream:
            _ = response.content
        return response

    def close(self) -> None:
        self._builder.close()

    def _wait(self, delay: float, limit: float | None, request: requests.PreparedRequest) -> None:
        if limit is not None and delay > limit:
            self._sleep(limit)
            raise requests.exceptions.ReadTimeout("Read timed out.", request=request)
        if delay > 0:
            self._sleep(delay)


def _asked(request: requests.PreparedRequest) -> Request:
    url = urlsplit(request.url or "")
    host = url.hostname or ""
    body = request.body or b""
    return Request(
        method=request.method or "GET",
        host=host if url.port in (None, 443) else f"{host}:{url.port}",
        path=url.path or "/",
        query=url.query,
        headers={str(name).lower(): _text(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else bytes(body) if isinstance(body, bytes | bytearray) else b"",
    )


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _read_timeout(timeout: float | tuple[float, float] | tuple[float, None] | None) -> float | None:
    return timeout[1] if isinstance(timeout, tuple) else timeout


def _raise_fault(answer: Response, request: requests.PreparedRequest) -> None:
    match answer.socket:
        case "reset":
            error = ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
            raise requests.exceptions.ConnectionError(error, request=request)
        case "refuse":
            raise requests.exceptions.ConnectionError(_no_connection(request, "Connection refused"), request=request)
        case "no-such-host":
            raise requests.exceptions.ConnectionError(
                _no_connection(request, "Name or service not known"), request=request
            )
        case "bad-certificate":
            raise requests.exceptions.SSLError("certificate verify failed: unable to get local issuer", request=request)
        case "hang":
            raise requests.exceptions.ReadTimeout("Read timed out.", request=request)


def _no_connection(request: requests.PreparedRequest, why: str) -> NewConnectionError:
    return NewConnectionError(None, f"Failed to establish a connection to {request.url}: {why}")  # type: ignore[arg-type]


def _raw(answer: Response, request: requests.PreparedRequest, sleep: Callable[[float], None]) -> HTTPResponse:
    """What urllib3 would hand over: still encoded, read by the caller, its length kept an eye on."""
    sent = answer.body[: len(answer.body) // 2] if answer.socket == "cut" else answer.body
    body: io.RawIOBase | io.BytesIO = _Dripping(sent, sleep) if answer.socket == "drip" else io.BytesIO(sent)
    return HTTPResponse(
        body=body,
        headers=[*answer.headers, ("Content-Length", str(len(answer.body)))],  # type: ignore[arg-type]
        status=answer.status,
        reason=None,
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
        request_method=request.method,
        request_url=request.url,
    )


class _Dripping(io.RawIOBase):
    """Bytes that come one at a time."""

    def __init__(self, content: bytes, sleep: Callable[[float], None]) -> None:
        self._rest = io.BytesIO(content)
        self._sleep = sleep

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        byte = self._rest.read(1)
        if byte:
            self._sleep(DRIP_SECONDS)
            buffer[:1] = byte
        return len(byte)
