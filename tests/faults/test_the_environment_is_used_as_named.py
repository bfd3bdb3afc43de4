"""A06, A07: what lies around on the machine is used where it was meant to be, and nowhere else."""

import base64
import http.server
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pal_agent.errors import ConfigurationError
from tests.faults.conftest import SetUp
from tests.faults.promises import hold
from tests.faults.rehearsal import Stage, client_id, estate, object_id, tenant_id

PASSWORD = "Pr0xy-Passw0rd"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)


def test_a_netrc_does_not_replace_the_token(
    set_up_server: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A06: a password for the very host is not sent, the bearer token is."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\ndefault login some password thing\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    ending = hold(stage := set_up_server(), stage.check())
    assert ending.code == 0
    assert {one.caller for one in ending.log if one.bearer} == {object_id(1), object_id(2)}


@pytest.mark.parametrize("taken", [True, False])
def test_a_proxy_is_used_and_its_password_never_shown(
    set_up_server: SetUp, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """A06: every connection goes through it; when it refuses, that is said without naming it."""
    with proxy(PASSWORD if taken else "another") as (port, seen):
        monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:{PASSWORD}@127.0.0.1:{port}")
        stage = set_up_server()
        ending = hold(stage, stage.check())
    assert PASSWORD.encode() not in ending.written
    assert base64.b64encode(f"somebody:{PASSWORD}".encode()) not in ending.written
    assert seen
    assert set(seen) == {str(stage.url).removeprefix("https://")}
    assert (ending.code, ending.reason()) == ((0, None) if taken else (3, "unreachable"))
    assert bool(ending.log) == taken
    monkeypatch.delenv("HTTPS_PROXY")


def test_a_proxy_that_is_not_there_is_not_named(set_up_server: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A06: nor is its password."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:{PASSWORD}@127.0.0.1:{port}")
    ending = hold(stage := set_up_server(settles=False), stage.check())
    assert (ending.code, ending.reason()) == (3, "unreachable")
    assert PASSWORD.encode() not in ending.written
    assert ending.log == []


def test_no_proxy_is_heeded(set_up_server: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A06: whom to reach without the proxy."""
    with proxy("x") as (port, seen):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        ending = hold(stage := set_up_server(), stage.check())
        assert (ending.code, seen) == (0, [])


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_of_the_environment_is_trusted(
    set_up_server: SetUp, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A06: as by every other tool, without a word in the configuration."""
    stage = set_up_server(estate=estate(1))
    content = json.loads(stage.configuration())
    monkeypatch.setenv(name, content["cloud"].pop("ca_bundle"))
    stage.config.write_text(json.dumps(content))
    assert hold(stage, stage.check()).code == 0


def test_a_bundle_that_is_not_there_is_a_configuration_error(
    set_up_server: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A06: said before anything is asked."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    stage = set_up_server(settles=False)
    with pytest.raises(ConfigurationError, match=r"/nowhere/ca\.pem"):
        stage.check()
    assert list(stage.azure.log) == []


def test_nothing_ambient_ever_stands_in(set_up_server: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A07: with a wrong secret, neither the machine's identity nor `az`, nor the usual variables are tried."""
    stage = set_up_server(estate=estate(1), secrets={1: "wrong-secret"}, settles=False)
    with identity_endpoint(stage) as (url, asked):
        called = ambient(monkeypatch, tmp_path, url)
        ending = hold(stage, stage.check())
    assert (ending.code, ending.reason()) == (3, "credential-invalid")
    assert asked == []
    assert not called.exists()


def test_a_right_secret_is_used_whatever_lies_around(
    set_up_server: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A07: the same the other way round."""
    stage = set_up_server(estate=estate(1))
    with identity_endpoint(stage) as (url, asked):
        called = ambient(monkeypatch, tmp_path, url)
        ending = hold(stage, stage.check())
    assert ending.code == 0
    assert (asked, called.exists()) == ([], False)


def test_a_managed_identity_is_used_where_the_entry_names_it(
    set_up_server: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A07: App Service tells when its token ends, not how long it lives; `az` is still not asked."""
    stage = set_up_server(estate=estate(1), settles=False)
    content = json.loads(stage.configuration())
    content["credentials"][0]["auth"] = {"kind": "managed-identity"}
    stage.config.write_text(json.dumps(content))
    with identity_endpoint(stage) as (url, asked):
        called = ambient(monkeypatch, tmp_path, url)
        ending = hold(stage, stage.check())
    assert ending.code == 0, ending.target()
    assert len(asked) == 1
    assert not called.exists()
    assert not ending.asked("/token")


def ambient(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str) -> Path:
    """A machine with every sign-in there is. The file appears when `az` or `azd` is called."""
    called = folder / "az-was-called.pem"
    tools = folder / "tools"
    tools.mkdir()
    for name in ("az", "azd", "pwsh"):
        (tools / name).write_text(f"#!/bin/sh\ntouch {called}\nexit 1\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("IDENTITY_ENDPOINT", url)
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    monkeypatch.setenv("MSI_ENDPOINT", url)
    monkeypatch.setenv("AZURE_TENANT_ID", tenant_id(1))
    monkeypatch.setenv("AZURE_CLIENT_ID", client_id(1))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "ambient")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(folder / "token"))
    return called


@contextmanager
def identity_endpoint(stage: Stage) -> Iterator[tuple[str, list[str]]]:
    """App Service's endpoint, with a token for the first customer. `asked` holds the paths it was asked for."""
    asked: list[str] = []
    now = int(time.time())
    claims = {"aud": stage.url, "iat": now, "nbf": now, "exp": now + 3600, "ver": "1.0"}
    claims |= {"tid": tenant_id(1), "oid": object_id(1), "appid": client_id(1)}
    token = stage.azure.tokens.mint(claims)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = {"access_token": token, "expires_on": str(now + 3600), "token_type": "Bearer", "resource": "x"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/msi/token", asked
        server.shutdown()


@contextmanager
def proxy(password: str) -> Iterator[tuple[int, list[str]]]:
    """An HTTP proxy that lets `somebody` with this password through; `seen` holds where connections were wanted."""
    seen: list[str] = []
    wanted = "Basic " + base64.b64encode(f"somebody:{password}".encode()).decode()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_take, args=(server, wanted, seen), daemon=True).start()
        yield server.getsockname()[1], seen
        server.shutdown(socket.SHUT_RDWR)


def _take(server: socket.socket, wanted: str, seen: list[str]) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_connect, args=(client, wanted, seen), daemon=True).start()


def _connect(client: socket.socket, wanted: str, seen: list[str]) -> None:
    with suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65536)
        address = head.split()[1].decode()
        seen.append(address)
        if f"Proxy-Authorization: {wanted}".encode() not in head:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        host, _, port = address.partition(":")
        onward = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=_pump, args=(client, onward), daemon=True).start()
        _pump(onward, client)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError), source, sink:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
