"""One keep-alive HTTP/1.1 connection: as much of the protocol as Azure's clients speak."""

import asyncio
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus

from pal_agent.sim.wire import Request, Response

DRIP_SECONDS = 0.5
MAX_HEAD = 64 * 1024
MAX_BODY = 1024 * 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class BadRequestError(Exception):
    """What came is no request that is understood here."""


class Connection(asyncio.Protocol):
    """Reads requests one after the other and sends each answer, orderly or as its fault says."""

    def __init__(self, answer: Callable[[Request], Response], open_connections: set["Connection"]) -> None:
        self._answer = answer
        self._open = open_connections
        self._buffer = bytearray()
        self._busy = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  asyncio's own promise to a Protocol
        self._transport = transport
        self._open.add(self)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def abort(self) -> None:
        self._transport.abort()

    def _go_on(self) -> None:
        while not self._busy:
            try:
                request = _taken(self._buffer)
            except BadRequestError:
                self._transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                self._transport.close()
                return
            if request is None:
                return
            self._send(request, self._answer(request))

    def _send(self, request: Request, response: Response) -> None:
        """At once where nothing stands against it; the connection is busy until the answer is out."""
        if response.delay <= 0 and response.socket is None:
            self._transport.write(_encoded(request, response))
            return
        self._busy = True
        asyncio.get_running_loop().call_later(response.delay, self._send_late, request, response)

    def _send_late(self, request: Request, response: Response) -> None:
        content = _encoded(request, response)
        match response.socket:
            case None:
                self._transport.write(content)
                self._rest()
            case "hang":
                pass
            case "drip":
                self._drip(content, 0)
            case "cut":
                self._transport.write(content[: len(content) - max(1, len(response.body) // 2)])
                self._transport.close()
            case _:
                self._reset()

    def _rest(self) -> None:
        self._busy = False
        self._go_on()

    def _drip(self, content: bytes, at: int) -> None:
        """One byte, and the next half a second later: headers too."""
        if self._transport.is_closing():
            return
        if at == len(content):
            self._rest()
            return
        self._transport.write(content[at : at + 1])
        asyncio.get_running_loop().call_later(DRIP_SECONDS, self._drip, content, at + 1)

    def _reset(self) -> None:
        """RST in place of an orderly end."""
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def _taken(buffer: bytearray) -> Request | None:
    """Takes one request off the buffer, or None while it isn't whole. Raises BadRequestError."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MAX_HEAD:
            raise BadRequestError
        return None
    first, *lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY or "transfer-encoding" in headers:
        raise BadRequestError
    whole = end + 4 + int(length)
    if len(buffer) < whole:
        return None
    method, _, rest = first.partition(" ")
    target, _, version = rest.rpartition(" ")
    if not version.startswith("HTTP/1.") or not target.startswith("/"):
        raise BadRequestError
    body = bytes(buffer[end + 4 : whole])
    del buffer[:whole]
    path, _, query = target.partition("?")
    return Request(
        method=method, host=headers.get("host", "localhost"), path=path, query=query, headers=headers, body=body
    )


def _encoded(request: Request, response: Response) -> bytes:
    head = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
    head += [f"{name}: {value}" for name, value in response.headers]
    head += [f"Content-Length: {len(response.body)}", "", ""]
    body = b"" if request.method == "HEAD" else response.body
    return "\r\n".join(head).encode("latin-1", "replace") + body
