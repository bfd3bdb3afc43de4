"""The socket side: which failure is which, and which may pass."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import urllib3.exceptions
from azure.core.rest import HttpRequest
from requests.adapters import BaseAdapter

from pal_agent.cloud import deadline
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.session import Adapter, Session, trust
from pal_agent.cloud.transport import Transport
from pal_agent.model import Code
from pal_agent.sim.certificates import make_certificates
from pal_agent.sim.estate import Estate
from pal_agent.sim.server import Server, serve
from pal_agent.sim.state import Azure


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serve(Azure(Estate()), directory=tmp_path) as server:
        yield server


def failing(url: str, *, adapter: BaseAdapter | None = None, seconds: float = 20.0) -> Failure:
    """How a request there fails, within so many seconds."""
    transport = Transport(Session(adapter or Adapter(trust(None, {}), 4)))
    with deadline.until(time.monotonic() + seconds), pytest.raises(Failure) as caught:
        transport.send(HttpRequest("GET", url))
    return caught.value


def test_a_refused_connection_may_pass() -> None:
    """Unreachable, and tried again."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    failure = failing(f"https://127.0.0.1:{port}/")
    assert (failure.reason.code, failure.transient, failure.answered) == (Code.UNREACHABLE, True, False)


def test_a_name_nobody_knows_may_be_known_later() -> None:
    """Unreachable, and tried again: resolvers have bad moments."""
    failure = failing("https://nowhere.invalid/")
    assert (failure.reason.code, failure.transient) == (Code.UNREACHABLE, True)
    assert "resolved" in failure.reason.message


def test_a_certificate_is_as_untrusted_the_next_time(server: Server) -> None:
    """Unreachable, and not tried again."""
    failure = failing(f"{server.url}/")
    assert (failure.reason.code, failure.transient) == (Code.UNREACHABLE, False)
    assert "cloud.ca_bundle" in failure.reason.message


def test_silence_is_a_timeout() -> None:
    """Somebody took the connection, and that was all."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        failure = failing(f"https://127.0.0.1:{deaf.getsockname()[1]}/", seconds=0.2)
    assert (failure.reason.code, failure.transient) == (Code.TIMEOUT, True)


@pytest.mark.parametrize("way", ["recv", "recv_into", "read"])
def test_every_read_gets_what_is_left_and_no_more(server: Server, way: str) -> None:
    """A clock that starts again with each byte would never end on a peer that drips; out of time, nothing is read."""
    with (
        socket.create_connection(("127.0.0.1", server.port)) as plain,
        trust(server.ca_path, {}).wrap_socket(plain, server_hostname="localhost") as one,
    ):
        one.settimeout(60)
        one.sendall(b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        how = getattr(one, way)
        with deadline.until(time.monotonic() + 5):
            assert how(bytearray(4) if way == "recv_into" else 4)
        assert (one.gettimeout() or 60) <= 5
        with deadline.until(time.monotonic() - 1), pytest.raises(TimeoutError):
            how(bytearray(4) if way == "recv_into" else 4)


class Raising(BaseAdapter):
    """Fails as told."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def send(self, *_: object, **__: object) -> requests.Response:
        raise self._error

    def close(self) -> None:
        """Nothing is open."""


LATE = urllib3.exceptions.ConnectTimeoutError(None, "to https://user:password@proxy timed out")


@pytest.mark.parametrize(
    ("error", "seconds", "code"),
    [
        (requests.exceptions.ConnectTimeout(LATE), 20.0, Code.UNREACHABLE),
        (requests.exceptions.ConnectTimeout(LATE), 0.0, Code.TIMEOUT),
        (requests.exceptions.ReadTimeout("x"), 20.0, Code.TIMEOUT),
        (requests.exceptions.ProxyError("https://user:password@proxy"), 20.0, Code.UNREACHABLE),
        (requests.exceptions.InvalidProxyURL("https://user:password@proxy"), 20.0, Code.UNREACHABLE),
        (requests.exceptions.ConnectionError(ConnectionResetError(104, "password")), 20.0, Code.UNREACHABLE),
        (OSError("password"), 20.0, Code.UNREACHABLE),
    ],
)
def test_whatever_it_is_it_may_pass_and_names_no_address(error: Exception, seconds: float, code: Code) -> None:
    """A connection that takes too long is no timeout while the exchange still has time."""
    failure = failing("https://127.0.0.1/", adapter=Raising(error), seconds=seconds)
    assert (failure.reason.code, failure.transient) == (code, True)
    assert "password" not in failure.reason.message


def test_only_whom_the_configuration_names_is_trusted_besides(tmp_path: Path, server: Server) -> None:
    """`cloud.ca_bundle` adds to the usual authorities; a bundle of the environment takes their place."""
    another = make_certificates(tmp_path / "another").ca
    usual = len(trust(None, {}).get_ca_certs())
    assert len(trust(server.ca_path, {}).get_ca_certs()) == usual + 1
    assert len(trust(server.ca_path, {"REQUESTS_CA_BUNDLE": str(another)}).get_ca_certs()) == 2
