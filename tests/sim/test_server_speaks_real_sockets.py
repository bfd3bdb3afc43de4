"""Over HTTPS, with the faults that only sockets can show."""

import json
import os
import socket
import ssl
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from pal_agent.sim.estate import Estate
from pal_agent.sim.faults import Match, Rule, Then
from pal_agent.sim.server import Server, serve
from pal_agent.sim.state import Azure

PATH = "/metadata/endpoints?api-version=2022-09-01"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Azure(Estate())) as running:
        yield running


def _faulty(server: Server, then: Then) -> None:
    server.azure.faults.add(Rule(match=Match(), then=then))


@contextmanager
def _connected(server: Server) -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context(cafile=str(server.ca_path))
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        yield wrapped


def _asked(connection: ssl.SSLSocket, path: str = PATH, *, more: str = "") -> None:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode())


def _read_to_the_end(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _answer(connection: ssl.SSLSocket) -> tuple[str, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")).split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head.decode().split("\r\n")[0], body


def test_discovery_names_the_host_that_was_asked(server: Server) -> None:
    """Port and all: clients go on with what it says."""
    with requests.Session() as web:
        web.trust_env = False
        body = web.get(f"{server.url}{PATH}", verify=str(server.ca_path)).json()
    assert body["resourceManager"] == server.url


def test_a_connection_serves_one_request_after_another(server: Server) -> None:
    """Also two that came in one packet, and one that came in two."""
    with _connected(server) as connection:
        _asked(connection)
        assert _answer(connection)[0] == "HTTP/1.1 200 OK"
        one = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        connection.sendall(one + one[:20])
        assert _answer(connection)[0] == "HTTP/1.1 200 OK"
        connection.sendall(one[20:])
        assert _answer(connection)[0] == "HTTP/1.1 200 OK"


def test_a_reset_is_a_reset(server: Server) -> None:
    """Not an orderly end. Asked below TLS, where Python before 3.11.9 takes the one for the other (gh-115627)."""
    _faulty(server, Then(socket="reset"))
    with _connected(server) as connection, socket.socket(fileno=os.dup(connection.fileno())) as below:
        below.settimeout(10)
        _asked(connection)
        with pytest.raises(ConnectionResetError):
            _read_to_the_end(below)


def test_a_cut_answer_ends_half_way(server: Server) -> None:
    """After the headers promised more."""
    _faulty(server, Then(socket="cut"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{server.url}{PATH}", verify=str(server.ca_path), timeout=10)


def test_a_hanging_request_says_nothing_and_holds_up_nobody(server: Server) -> None:
    """Others are answered meanwhile."""
    server.azure.faults.add(Rule(match=Match(path="/hang"), then=Then(socket="hang")))
    with _connected(server) as hanging, _connected(server) as other:
        _asked(hanging, "/hang")
        _asked(other)
        assert _answer(other)[0] == "HTTP/1.1 200 OK"
        hanging.settimeout(0.05)
        with pytest.raises(TimeoutError):
            hanging.recv(1)


def test_a_drip_starts_with_the_headers(server: Server) -> None:
    """One byte, then half a second of nothing."""
    _faulty(server, Then(socket="drip"))
    with _connected(server) as connection:
        _asked(connection)
        assert connection.recv(100) == b"H"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_delay_holds_up_only_its_own_request(server: Server) -> None:
    """Latency is no load."""
    server.azure.faults.add(Rule(match=Match(path="/slow"), then=Then(delay=0.3)))
    with _connected(server) as slow, _connected(server) as quick:
        started = time.monotonic()
        _asked(slow, "/slow")
        _asked(quick)
        _answer(quick)
        between = time.monotonic()
        _answer(slow)
        assert between - started < time.monotonic() - started
        assert time.monotonic() - started >= 0.3


def test_what_is_no_http_is_refused(server: Server) -> None:
    """And the connection closed."""
    with _connected(server) as connection:
        connection.sendall(b"hello\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
        assert connection.recv(100) == b""


def test_the_log_is_served_without_secrets_or_tokens(server: Server) -> None:
    """And asking for it is not logged itself."""
    with _connected(server) as connection:
        _asked(connection, "/subscriptions?api-version=2022-12-01", more="Authorization: Bearer abc.def.ghi\r\n")
        _answer(connection)
        _asked(connection, "/_sim/requests")
        _, body = _answer(connection)
    (entry,) = json.loads(body)
    assert (entry["method"], entry["path"], entry["status"], entry["bearer"]) == ("GET", "/subscriptions", 401, True)
    assert b"abc.def.ghi" not in body


def test_keys_are_for_their_owner_alone_and_the_authority_s_is_not_kept(tmp_path: Path) -> None:
    """Whoever trusts this CA trusts nothing that is made later."""
    with serve(Azure(Estate()), directory=tmp_path / "ca"):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ca").iterdir()}
    assert modes == {"ca.pem": 0o644, "server.pem": 0o644, "server-key.pem": 0o600}


def test_a_taken_port_is_an_error_and_a_stopped_server_is_gone() -> None:
    """Nothing stays behind."""
    with serve(Azure(Estate())) as running:
        with pytest.raises(OSError, match="in use"), serve(Azure(Estate()), port=running.port):
            pass
        port = running.port
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_hundreds_of_connections_are_held_at_once(server: Server) -> None:
    """Each is answered after all are open."""
    with ExitStack() as stack:
        connections = [stack.enter_context(_connected(server)) for _ in range(200)]
        for connection in connections:
            _asked(connection)
        assert {_answer(connection)[0] for connection in connections} == {"HTTP/1.1 200 OK"}


def test_a_client_that_hangs_up_harms_nobody(server: Server) -> None:
    """In the middle of a request, or of an answer."""
    _faulty(server, Then(delay=0.05))
    for _ in range(3):
        with _connected(server) as connection:
            _asked(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with _connected(server) as connection:
        _asked(connection)
        assert _answer(connection)[0] == "HTTP/1.1 200 OK"
