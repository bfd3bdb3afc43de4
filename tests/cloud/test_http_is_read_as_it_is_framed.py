"""HTTP/1.1 in few steps: what is sent and understood is what the libraries would send and understand."""

import gzip
import http.client
import io
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from hypothesis import assume, given
from hypothesis import strategies as st

from pal_agent.cloud.connection import Head
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.session import Adapter, Session, trust
from pal_agent.cloud.transport import Answer, Transport
from pal_agent.model import Code
from pal_agent.sim.certificates import make_certificates

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
ZIPPED = gzip.compress(b"an answer", mtime=0)
Send = Callable[[HttpRequest], Answer]


class Scripted(ThreadingTCPServer):
    """Answers the requests that come, whole heads each, with these bytes in turn; hangs up after the last."""

    daemon_threads = True
    answers: list[bytes]
    heads: list[bytes]
    connections = 0
    hung_up: threading.Semaphore

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self.hung_up.release()


class Handler(StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Scripted)
        server.connections += 1
        while server.answers:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline()
                if not line:
                    return
                head += line
            length = dict(line.lower().split(b": ", 1) for line in head.splitlines()[1:-1]).get(b"content-length", b"0")
            server.heads.append(head + self.rfile.read(int(length)))
            answer = server.answers.pop(0)
            self.wfile.write(answer)
            if b"close" in answer:
                return


@contextmanager
def scripted(folder: Path, *answers: bytes) -> Iterator[tuple[Scripted, str, Send]]:
    certificates = make_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)
    with Scripted(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.answers, server.heads, server.hung_up = list(answers), [], threading.Semaphore(0)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        session = Session(Adapter(trust(certificates.ca, {}), 2))
        try:
            yield server, f"https://localhost:{server.server_address[1]}", Transport(session).send
        finally:
            session.close()
            server.shutdown()


@pytest.mark.parametrize(
    "framed",
    [
        b"Content-Length: 9\r\n\r\nan answer",
        b"Content-Length: 9\r\ncontent-length:9\r\n\r\nan answer",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nan \r\n6;x=y\r\nanswer\r\n0\r\n\r\n",
        b"Transfer-Encoding: Chunked\r\nContent-Length: 4\r\n\r\n9\r\nan answer\r\n0\r\n\r\n",
        b"Connection: close\r\n\r\nan answer",
        b"Connection: close\r\nContent-Length: 9\r\n\r\nan answer",
        b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + ZIPPED,
        b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(ZIPPED), ZIPPED),
    ],
)
def test_a_body_ends_where_its_frame_says(tmp_path: Path, framed: bytes) -> None:
    """RFC 9112, section 6.3; whatever the connection was used for before, and whatever comes after."""
    with scripted(tmp_path, OK, b"HTTP/1.1 200 Fine\r\n" + framed, OK) as (_, url, send):
        answers = [send(HttpRequest("GET", f"{url}/{n}")) for n in range(3)]
    assert [answer.content for answer in answers] == [b"{}", b"an answer", b"{}"]
    assert [answer.reason for answer in answers] == ["OK", "Fine", "OK"]


def test_the_answer_is_what_comes_after_interim_ones(tmp_path: Path) -> None:
    """RFC 9110, section 15.2: there may be any number of them, asked for or not."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    with scripted(tmp_path, OK, interim + OK, OK) as (server, url, send):
        assert [send(HttpRequest("GET", url)).content for _ in range(3)] == [b"{}"] * 3
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{} ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: folded\r\n over lines\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n{}",
        b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"ICY 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 twohundred\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_not_http_is_a_bad_response(tmp_path: Path, answer: bytes) -> None:
    """Tried again, on another connection, and never guessed at."""
    with scripted(tmp_path, OK, answer, OK) as (server, url, send):
        send(HttpRequest("GET", f"{url}/before"))
        with pytest.raises(Failure) as caught:
            send(HttpRequest("GET", f"{url}/x"))
        assert send(HttpRequest("GET", f"{url}/again")).content == b"{}"
        assert server.connections == 2
    assert (caught.value.reason.code, caught.value.transient) == (Code.BAD_RESPONSE, True)


def test_a_connection_is_used_again_until_it_is_closed(tmp_path: Path) -> None:
    """Also after it was closed on us while it stood idle: the next request finds out before it is sent."""
    closing = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with scripted(tmp_path, OK, OK, closing, OK, OK, OK) as (server, url, send):
        for n in range(5):
            assert send(HttpRequest("GET", f"{url}/{n}")).content == b"{}"
        assert (server.connections, server.hung_up.acquire(timeout=5)) == (2, True)
        server.answers[:] = [closing.replace(b"Connection: close", b"X-Unsaid: close"), OK]
        for n in range(2):
            send(HttpRequest("GET", f"{url}/{n}"))
            assert n or server.hung_up.acquire(timeout=5)
        assert server.connections == 3


def test_a_request_is_sent_as_it_is_meant(tmp_path: Path) -> None:
    """The same on a new connection and on one that was used; what a link leaves unquoted is quoted."""
    with scripted(tmp_path, *[OK] * 4) as (server, url, send):
        for _ in range(2):
            send(
                HttpRequest(
                    "GET", f"{url}/a%2fb/ü?$filter=assignedTo('x')&y=a b", headers={"X": "y", "User-Agent": "z"}
                )
            )
            send(HttpRequest("POST", f"{url}/token", data={"a": "b c"}, headers={"User-Agent": "z"}))
    host = url.removeprefix("https://").encode()
    get, post, *again = [sorted(head.replace(b"%2f", b"%2F").split(b"\r\n")) for head in server.heads]
    assert get == sorted(
        [
            b"GET /a%2Fb/%C3%BC?$filter=assignedTo('x')&y=a%20b HTTP/1.1",
            *(b"Host: " + host, b"Accept-Encoding: identity", b"User-Agent: z", b"X: y", b"", b""),
        ]
    )
    assert {b"POST /token HTTP/1.1", b"Host: " + host, b"Content-Length: 5", b"a=b+c"} < set(post)
    assert again == [get, post]


NAMES = st.sampled_from(["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "x-ms-request-id"])
VALUES = st.sampled_from(["0", "17", "-3", "x", "", "chunked", "CHUNKED", "gzip", "close", "keep-alive, Close"])


@given(
    version=st.sampled_from(["HTTP/1.0", "HTTP/1.1"]),
    interim=st.booleans(),
    status=st.sampled_from([200, 204, 304, 404, 503]),
    fields=st.lists(
        st.tuples(NAMES, VALUES | st.text("ab :;=\t\u00fc", max_size=8)), max_size=6, unique_by=lambda f: f[0]
    ),
)
def test_heads_are_understood_as_by_the_standard_library(
    version: str, interim: bool, status: int, fields: list[tuple[str, str]]
) -> None:
    """Status, headers, and how the body is framed. (Only a list of lengths it takes for none at all.)"""
    assume(not any(name == "Content-Length" and "," in value for name, value in fields))
    lines = [f"{version} {status} Some reason", *(f"{name}:  {value}" for name, value in fields), "", "rest"]
    text = ("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" if interim else "") + "\r\n".join(lines)
    ours, theirs = _begun(Head, text), _begun(http.client.HTTPResponse, text)
    for word in ("status", "version", "reason", "chunked", "length", "will_close"):
        assert getattr(ours, word) == getattr(theirs, word), word
    assert [(name, value) for name, value in ours.headers.items()] == [
        (name, value.strip()) for name, value in theirs.headers.items()
    ]
    assert ours.fp.read() == theirs.fp.read()


class _Socket:
    def __init__(self, text: str) -> None:
        self._bytes = text.encode("latin-1")

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._bytes))


def _begun(kind: type[http.client.HTTPResponse], text: str) -> http.client.HTTPResponse:
    response = kind(_Socket(text))  # type: ignore[arg-type]
    response.begin()
    return response
