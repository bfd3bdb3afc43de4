"""HTTP/1.1 over connections that urllib3 opens, in fewer steps than it takes.

A request is written in one piece, and an answer's headers are split at their colons: the standard library gives them
to its parser for e-mail, which costs more than all else that an exchange does. Opening, tunnelling, time limits, bodies
and what may go wrong with them stay urllib3's.
"""

import http.client
import re
from collections.abc import Generator, Mapping
from typing import Any

from urllib3 import BaseHTTPResponse, HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ProtocolError

LONGEST_LINE, MOST_LINES = 65536, 100  # as in the standard library
CHUNK = 65536
TARGET = re.compile(r"[!-~]+", re.ASCII)
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
NO_BODY = (http.client.NO_CONTENT, http.client.NOT_MODIFIED)


class MalformedAnswer(http.client.HTTPException):
    """What arrived is not HTTP/1.1."""


class Head(http.client.HTTPResponse):
    """The standard library's response, whose headers are read without its parser for e-mail."""

    headers: HTTPHeaderDict  # type: ignore[assignment]

    def begin(self) -> None:
        """Status line and headers, and from them how the body is framed (RFC 9112, section 6.3)."""
        version, status, reason = self._read_status()  # type: ignore[attr-defined]
        while status == http.client.CONTINUE:
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


def _fields(lines: "http.client._BufferedIOBase") -> HTTPHeaderDict:  # type: ignore[name-defined]
    found = HTTPHeaderDict()
    for _ in range(MOST_LINES):
        line = lines.readline(LONGEST_LINE + 1)
        if line in (b"\r\n", b"\n"):
            return found
        name, _, value = line.partition(b":")
        if not line.endswith(b"\n") or not TOKEN.fullmatch(name):
            raise MalformedAnswer("a header is cut off, too long or no header")
        found.add(name.decode(), value.strip().decode("latin-1"))
    raise MalformedAnswer("too many headers")


def _length(headers: HTTPHeaderDict) -> int | None:
    named = set(headers.getlist("Content-Length"))
    if len(named) > 1:
        raise MalformedAnswer("two lengths for one body")
    length = named.pop() if named else ""
    return int(length) if LENGTH.fullmatch(length) else None


class Response(HTTPResponse):
    """urllib3's response; a body of known length that nobody has encoded is read without its buffers."""

    _fp: Head

    def stream(self, amt: int | None = CHUNK, decode_content: bool | None = None) -> Generator[bytes, None, None]:
        if self._fp.length is None or "Content-Encoding" in self.headers:
            yield from super().stream(amt, decode_content)
            return
        while self._fp.length:
            chunk = self._fp.read(amt)
            if not chunk:
                raise http.client.IncompleteRead(b"", self._fp.length)
            yield chunk
        self._fp.close()
        self.release_conn()


class Connection(HTTPSConnection):
    """Writes what it is given: no header is added but Host and Accept-Encoding."""

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> None:
        if not TARGET.fullmatch(url):
            raise ValueError("a request's target is printable ASCII")
        self._method = method
        given = headers or {}
        added = [] if "Accept-Encoding" in given else [("Accept-Encoding", "identity")]
        fields = [("Host", self._named), *added, *given.items()]
        lines = [f"{method} {url} HTTP/1.1", *[f"{name}: {value}" for name, value in fields], "\r\n"]
        content = body.encode() if isinstance(body, str) else body or b""
        self.sock.settimeout(self.timeout)
        self.sock.sendall("\r\n".join(lines).encode("latin-1") + content)

    @property
    def _named(self) -> str:
        """Whom the request is for, proxy or not."""
        name, port = (self._tunnel_host, self._tunnel_port) if self._tunnel_host else (self.host, self.port)
        host = f"[{name}]" if ":" in name and not name.startswith("[") else name
        return host if port == self.default_port else f"{host}:{port}"

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        head = Head(self.sock, method=self._method)
        try:
            head.begin()
        except BaseException:
            head.close()
            raise
        if head.will_close:
            self.close()
        return Response(
            body=head,
            headers=head.headers,
            status=head.status,
            version=head.version,
            reason=head.reason,
            preload_content=False,
            decode_content=False,
            original_response=head,
            request_method=self._method,
        )


class Pool(HTTPSConnectionPool):
    """urllib3's pool of such connections. One that stands is used at once; opening another one is left to urllib3."""

    ConnectionCls = Connection  # type: ignore[assignment]

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, body: bytes | str | None = None, headers: Any = None, **options: Any
    ) -> BaseHTTPResponse:
        """One attempt. Raises what urllib3 raises."""
        connection = self._get_conn()
        if connection.is_closed:
            self._put_conn(connection)
            return super().urlopen(method, url, body, headers, **options)
        sent = False
        try:
            response = self._make_request(
                connection,
                method,
                url,
                body=body,
                headers=headers,
                timeout=options["timeout"],
                response_conn=connection,
                preload_content=False,
                decode_content=False,
            )
            sent = True
            return response
        except (OSError, http.client.HTTPException) as error:
            raise ProtocolError("Connection aborted.", error) from error
        finally:
            if not sent:
                connection.close()
                self._put_conn(connection)
