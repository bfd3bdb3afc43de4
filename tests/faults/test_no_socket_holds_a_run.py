"""F07 to F10, F13 and P02 on real sockets: resets, silence, drips, strangers, bombs."""

import gzip
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pal_agent.sim.certificates import make_certificates
from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then
from tests.faults.conftest import SetUp
from tests.faults.promises import hold
from tests.faults.rehearsal import PARTNER, estate, object_id, tenant_id

BUSY = 15.0  # seconds that a busy machine may take for what is over in one or two, and hangs otherwise
MEMORY = 300 * 1024  # KiB
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells memory by Linux's /proc")


@pytest.mark.parametrize(("fault", "puts"), [("F07-before", 2), ("F07-after", 1)])
def test_a_reset_during_a_put_is_read_back(set_up_server: SetUp, fault: str, puts: int) -> None:
    """F07: with a true RST."""
    stage = set_up_server(named(fault), estate=estate(link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 0
    assert len(ending.asked(method="PUT", number=1)) == puts
    assert ending.links[tenant_id(1), object_id(1)] == PARTNER


def test_resets_while_reading_pass(set_up_server: SetUp) -> None:
    """F07 for reads, sign-in included."""
    rules = [Rule(match=Match(first=2, per="path"), then=Then(socket="reset"))]
    ending = hold(stage := set_up_server(rules), stage.check(quick=False))
    assert ending.code == 0


def test_a_port_where_nobody_listens_is_tried_again_then_said(set_up_server: SetUp) -> None:
    """F08: connection refused."""
    stage = set_up_server(settles=False)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    stage.url = f"https://127.0.0.1:{port}"
    stage.config.write_text(stage.configuration())
    ending = hold(stage, stage.check())
    assert (ending.code, ending.reason(), ending.target()["reason"]["status"]) == (3, "unreachable", None)


def test_a_port_that_opens_late_is_reached(set_up_server: SetUp) -> None:
    """F08: a refused connection may pass."""
    rules = [Rule(match=Match(path="*/partners*", first=6, per="path"), then=Then(socket="refuse"))]
    ending = hold(stage := set_up_server(rules, estate=estate(1)), stage.check())
    assert ending.code == 0


def test_a_host_nobody_knows_is_unreachable(set_up_server: SetUp) -> None:
    """F08: the name does not resolve (RFC 6761: `.invalid` never does)."""
    stage = set_up_server(settles=False, estate=estate(1))
    stage.url = "https://login.invalid"
    stage.config.write_text(stage.configuration())
    ending = hold(stage, stage.check())
    assert (ending.code, ending.reason()) == (3, "unreachable")
    assert "resolved" in ending.target()["reason"]["message"]


def test_a_certificate_nobody_vouches_for_is_refused_at_once(set_up_server: SetUp, tmp_path: Path) -> None:
    """F08: one connection for each target, no request, no second try."""
    stage = set_up_server(settles=False, estate=estate(1))
    stage.ca = make_certificates(tmp_path / "another").ca
    with listening(stage.url) as front:
        stage.url = front.url
        stage.config.write_text(stage.configuration())
        ending = hold(stage, stage.check())
        assert front.connections == 1
    assert (ending.code, ending.reason()) == (3, "unreachable")
    assert "certificate" in ending.target()["reason"]["message"]
    assert ending.log == []


def test_a_certificate_for_another_name_is_refused(set_up_server: SetUp) -> None:
    """F08: right authority, wrong host."""
    stage = set_up_server(settles=False, estate=estate(1))
    stage.url = str(stage.url).replace("127.0.0.1", "127.0.0.2")
    with listening(stage.url.replace("127.0.0.2", "127.0.0.1"), host="127.0.0.2") as front:
        stage.url = front.url
        stage.config.write_text(stage.configuration())
        ending = hold(stage, stage.check())
    assert (ending.code, ending.reason()) == (3, "unreachable")
    assert ending.log == []


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("*/partners*", "hang"),
        ("*/token", "hang"),
        ("*/partners*", "drip"),
        pytest.param("*/openid-configuration", "hang", marks=pytest.mark.slow),
        pytest.param("*/openid-configuration", "drip", marks=pytest.mark.slow),
        pytest.param("*/token", "drip", marks=pytest.mark.slow),
    ],
)
def test_silence_and_drips_end_with_the_targets_time(set_up_server: SetUp, path: str, how: str) -> None:
    """F09, F10: a byte every half second, in the headers already, resets no clock; others are done."""
    rule = Rule(match=Match(path=path, tenant=tenant_id(1)), then=Then(socket=how))
    stage = set_up_server([rule], timeout=1.0)
    ending = hold(stage, stage.check())
    assert (ending.code, ending.reason(1), ending.reason(2)) == (3, "timeout", None)
    assert 0.9 < ending.seconds < BUSY


def test_a_body_that_drips_ends_with_the_targets_time(set_up_server: SetUp, tmp_path: Path) -> None:
    """F10: where the headers came at once."""
    with trickling(
        tmp_path, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n", b" "
    ) as front:
        stage = set_up_server(settles=False, estate=estate(1), timeout=1.0)
        stage.url, stage.ca = front.url, front.ca
        stage.config.write_text(stage.configuration())
        ending = hold(stage, stage.check())
    assert (ending.code, ending.reason()) == (3, "timeout")
    assert 0.9 < ending.seconds < BUSY


def test_chunks_that_drip_end_with_the_targets_time(set_up_server: SetUp, tmp_path: Path) -> None:
    """F10: chunk after chunk, without end."""
    with trickling(tmp_path, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n") as front:
        stage = set_up_server(settles=False, estate=estate(1), timeout=1.0)
        stage.url, stage.ca = front.url, front.ca
        stage.config.write_text(stage.configuration())
        ending = hold(stage, stage.check())
    assert (ending.code, ending.reason()) == (3, "timeout")
    assert ending.seconds < BUSY


def test_a_port_that_takes_connections_and_no_more_ends_in_time(set_up_server: SetUp) -> None:
    """F09: not even a handshake."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as deaf:
        stage = set_up_server(settles=False, timeout=1.0)
        stage.url = f"https://127.0.0.1:{deaf.getsockname()[1]}"
        stage.config.write_text(stage.configuration())
        ending = hold(stage, stage.check())
    assert (ending.code, ending.reason()) == (3, "timeout")
    assert ending.seconds < BUSY


def test_one_that_hangs_with_many_subscriptions_delays_nobody(set_up_server: SetUp) -> None:
    """G02: four jobs, and a target with forty subscriptions that all hang: the rest is done in normal time."""
    rules = [
        Rule(match=Match(path="/subscriptions/*", tenant=tenant_id(1)), then=Then(socket="hang")),
        Rule(match=Match(path="*/partners*", first=2, per="caller"), then=Then(status=500)),
    ]
    wanted = estate(12)
    many = estate(1, subscriptions=40).tenants
    stage = set_up_server(rules, estate=replace(wanted, tenants=(*many, *wanted.tenants[1:])), timeout=4)
    ending = hold(stage, stage.check())
    assert (ending.code, ending.reason(1), ending.target(1)["status"]) == (3, "timeout", "partial")
    assert all(ending.target(number)["status"] == "verified" for number in range(2, 13))
    others = [one.at for one in ending.log if one.tenant not in ("", tenant_id(1))]
    assert max(others) - ending.log[0].at < 3.7
    assert ending.seconds < BUSY


MANY = Rule(match=Match(path="/subscriptions"), then=Then(body='{"value": [' + "{}," * 10_000_000 + "{}]}"))


@needs_proc
@pytest.mark.parametrize(
    "fault", ["F13-bomb", *(pytest.param(name, marks=pytest.mark.slow) for name in ("F13-deep", "F13-digits", "many"))]
)
def test_bombs_do_not_fill_the_memory(set_up_server: SetUp, fault: str) -> None:
    """F13: the whole command, from start to end, stays under 300 MiB; a crowd of tiny objects fills it no more."""
    rules = [MANY] if fault == "many" else named(fault)
    stage = set_up_server(rules, estate=estate(1), timeout=3, settles=False)
    ensure_small(stage.config)


@needs_proc
def test_nor_does_one_that_was_compressed_twice(set_up_server: SetUp, tmp_path: Path) -> None:
    """F13: 2 KiB that are 500 KiB that are 500 MiB."""
    bomb = gzip.compress(gzip.compress(b" " * 2**20) * 500)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    with trickling(tmp_path, head.encode() + bomb, b"", drops=0) as front:
        stage = set_up_server(settles=False, estate=estate(1), timeout=5)
        stage.url, stage.ca = front.url, front.ca
        stage.config.write_text(stage.configuration())
        ensure_small(stage.config)


def ensure_small(config: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "check", "-c", str(config), "-o", "json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    code, kibibytes = (int(word) for word in done.stderr.splitlines()[-1].split())
    assert code == 3, done.stderr
    assert "bad-response" in done.stdout
    assert kibibytes < MEMORY


MEASURED = """
import pathlib, re, sys
from pal_agent.cli import group
from pal_agent.cli.ending import ended
code = ended(lambda: group.main(args=sys.argv[1:], prog_name="pal-agent", standalone_mode=False))
# Not getrusage: its maximum is that of the process that started this one, where that was more.
peak = re.search(r"VmHWM:\\s*([0-9]+) kB", pathlib.Path("/proc/self/status").read_text())[1]
print(int(code), peak, file=sys.stderr)
"""


class Front:
    """Something that listens. `connections` counts who came."""

    def __init__(self, url: str, ca: Path | None = None) -> None:
        self.url, self.ca, self.connections = url, ca, 0


@contextmanager
def listening(behind: str | None, host: str = "127.0.0.1") -> Iterator[Front]:
    """Passes connections on to a server, byte for byte, and counts them."""
    target = ("127.0.0.1", int(str(behind).rpartition(":")[2]))
    with socket.create_server((host, 0)) as server:
        front = Front(f"https://{host}:{server.getsockname()[1]}")
        threading.Thread(target=_forward, args=(server, target, front), daemon=True).start()
        yield front
        server.shutdown(socket.SHUT_RDWR)


def _forward(server: socket.socket, target: tuple[str, int], front: Front) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            front.connections += 1
            onward = socket.create_connection(target)
            for one, other in ((client, onward), (onward, client)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError), source, sink:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def trickling(folder: Path, head: bytes, drop: bytes, *, drops: int = 10_000) -> Iterator[Front]:
    """Answers every connection with the head at once, and then with so many drops, ten a second; then it is silent."""
    certificates = make_certificates(folder / "trickling")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        front = Front(f"https://127.0.0.1:{server.getsockname()[1]}", certificates.ca)
        threading.Thread(target=_trickle, args=(server, context, head, [drop] * drops), daemon=True).start()
        yield front
        server.shutdown(socket.SHUT_RDWR)


def _trickle(server: socket.socket, context: ssl.SSLContext, head: bytes, drops: list[bytes]) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            with context.wrap_socket(client, server_side=True) as one:
                one.recv(65536)
                one.sendall(head)
                for drop in drops:
                    one.sendall(drop)
                    time.sleep(0.1)
                one.recv(1)
