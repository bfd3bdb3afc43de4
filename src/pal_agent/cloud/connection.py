"""HTTP/1.1 over connections that stand, in fewer steps than requests and urllib3 take.

A request is written in one piece, and an answer's headers are split at their colons: the standard library gives them
to its parser for e-mail, which costs more than all else that an exchange does. Opening a connection, tunnelling and
what may go wrong with them, and bodies that are encoded or come in chunks, stay with the libraries.
"""

import http.client
import re
from collections.abc import Generator
from typing import TYPE_CHECKING, cast

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import requote_uri
from urllib3 import HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPSConnection

LONGEST_LINE, MOST_LINES = 65536, 100  # as in the standard library
CHUNK = 65536
TARGET = re.compile(r"[!-~]+", re.ASCII)
FIELD = re.compile(r"^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n]*)\r?\n", re.ASCII | re.MULTILINE)  # RFC 9112, section 5
LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
NO_BODY = (http.client.NO_CONTENT, http.client.NOT_MODIFIED)

if TYPE_CHECKING:
    Headers = CaseInsensitiveDict[str]
else:
    Headers = CaseInsensitiveDict  # generic since requests 2.34 only


class MalformedAnswer(http.client.HTTPException):
    """What arrived is not HTTP/1.1."""


class Head(http.client.HTTPResponse):
    """The standard library's response, whose headers are read without its parser for e-mail."""

    headers: Headers  # type: ignore[assignment]

    def begin(self) -> None:
        """Status line and headers, and from them how the body is framed (RFC 9112, section 6.3)."""
        version, status, reason = self._read_status()  # type: ignore[attr-defined]
        while 100 <= status < 200:  # interim: the answer is still to come
            _fields(self.fp)
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
        if not version.startswith("HTTP/1."):
            raise http.client.UnknownProtocol(version)
        self.code = self.status = status
        self.version, self.reason = 10 if version == "HTTP/1.0" else 11, reason.strip()
        self.headers = self.msg = _fields(self.fp)  # type: ignore[assignment]
        self.chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length(self.headers)
        if status in NO_BODY or self._method == "HEAD":  # type: ignore[attr-defined]
            self.length = 0
        endless = self.length is None and not self.chunked
        self.will_close = endless or self._check_close()  # type: ignore[attr-defined]


def _fields(lines: "http.client._BufferedIOBase") -> Headers:  # type: ignore[name-defined]
    found: list[bytes] = []
    while (line := lines.readline(LONGEST_LINE + 1)) not in (b"\r\n", b"\n"):
        found.append(line)
        if len(found) > MOST_LINES or not line:
            raise MalformedAnswer("the headers have no end")
    fields = FIELD.findall(b"".join(found).decode("latin-1"))
    if len(fields) != len(found):
        raise MalformedAnswer("a header is too long or no header")
    fields = [(name, value.strip(" \t")) for name, value in fields]
    headers = Headers(fields)
    return headers if len(headers) == len(fields) else Headers(HTTPHeaderDict(fields))  # the same name twice is a list


def _length(headers: Headers) -> int | None:
    length, *others = {length.strip() for length in headers.get("Content-Length", "").split(",")}
    if others:
        raise MalformedAnswer("two lengths for one body")
    return int(length) if LENGTH.fullmatch(length) else None


class Body:
    """What follows a head, to be read once. Whoever is done with it closes it: the connection is used again where all
    was read."""

    def __init__(self, head: Head, connection: "Connection") -> None:
        self._head, self._connection = head, connection
        self._whole = self._closed = False

    def stream(self, amount: int, decode_content: bool = True) -> Generator[bytes, None, None]:
        """Raises OSError, `http.client.HTTPException`, and what urllib3 raises where it has to decode."""
        head = self._head
        if head.length is None or "Content-Encoding" in head.headers:
            yield from HTTPResponse(
                head, head.headers, head.status, head.version, preload_content=False, original_response=head
            ).stream(amount, decode_content)
        while head.length:
            chunk = head.read(amount)
            if not chunk:
                raise http.client.IncompleteRead(b"", head.length)
            yield chunk
        self._whole = True

    def close(self) -> None:
        """Once: a connection that were given back twice would be used by two at a time."""
        if not self._closed:
            self._closed = True
            self._head.close()
            self._connection.release(usable=self._whole and not self._head.will_close)


class Connection:
    """A connection that stands, taken out of its pool for one exchange."""

    def __init__(self, pool: "Pool", connection: HTTPSConnection) -> None:
        self._pool, self._connection = pool, connection

    def exchange(self, message: bytes, *, method: str, timeout: float) -> tuple[Head, Body]:
        """Raises OSError or `http.client.HTTPException`."""
        socket = self._connection.sock
        head = Head(socket, method=method)
        body = Body(head, self)
        try:
            socket.settimeout(timeout)
            socket.sendall(message)
            head.begin()
        except BaseException:
            body.close()
            raise
        return head, body

    def release(self, *, usable: bool) -> None:
        if not usable:
            self._connection.close()
        self._pool._put_conn(self._connection)


class Pool(HTTPSConnectionPool):
    """urllib3's pool, which tells whether a connection stands."""

    def standing(self) -> Connection | None:
        """None where one has to be opened first."""
        connection = cast("HTTPSConnection", self._get_conn())
        if connection.is_closed:
            self._put_conn(connection)
            return None
        return Connection(self, connection)


def message(request: requests.PreparedRequest) -> bytes:
    """A request as it is sent. No header is added but Host and, where nothing else is said, Accept-Encoding."""
    _, _, rest = (request.url or "").partition("://")
    slash = rest.find("/")
    host, target = (rest[:slash], rest[slash:]) if slash >= 0 else (rest, "/")
    if not TARGET.fullmatch(target) or "#" in target:
        target = requote_uri(target.partition("#")[0])
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    given = request.headers
    fields = [("Host", host.removesuffix(":443")), *given.items()]
    if "Accept-Encoding" not in given:
        fields.append(("Accept-Encoding", "identity"))
    lines = [f"{request.method} {target} HTTP/1.1", *[f"{name}: {value}" for name, value in fields], "\r\n"]
    return "\r\n".join(lines).encode("latin-1") + content
