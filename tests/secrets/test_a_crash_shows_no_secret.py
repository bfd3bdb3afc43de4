"""Exit code 70: the traceback of a bug tells where it is, and nothing that the agent holds."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from pal_agent.cli import check
from pal_agent.cli.ending import ended
from pal_agent.cli.words import Words
from pal_agent.cloud.failure import Failure
from pal_agent.sim.faults import Match, Rule, Then
from pal_agent.sim.server import serve
from pal_agent.sim.state import Azure
from tests.secrets.canaries import hits, secret
from tests.secrets.servers import sent
from tests.secrets.stage import ENVIRONMENT, estate, furnish, guid, tenant


class Broken(BaseAdapter):
    """A bug in the transport, met with the request at hand and a refusal of a server that repeats it."""

    def __init__(self, behind: BaseAdapter, where: str, error: type[Exception]) -> None:
        super().__init__()
        self._behind, self._where, self._error = behind, where, error

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self._where not in str(request.url):
            return self._behind.send(request, *args, **kwargs)
        held = (request.headers, request.body, sent(request))
        raise self._error(f"a bug beside {len(held)} secrets")

    def close(self) -> None:
        self._behind.close()


@pytest.mark.parametrize("where", ["/partners", "/subscriptions?", "resourcegroups"])
@pytest.mark.parametrize("error", [RuntimeError, KeyError, AttributeError])
def test_a_bug_at_work(theatre, where: str, error: type[Exception]) -> None:
    """With the token on the request, and every kind of secret read just before."""
    here = theatre(around=lambda behind: Broken(behind, where, error))
    with here.stage.listening():
        code = ended(here.stage.as_typed)
    assert code == 70
    assert "This is a bug in pal-agent" in here.stage.said.getvalue()
    assert "a bug beside 3 secrets" in here.stage.said.getvalue()
    here.ensure_silence()


@pytest.mark.parametrize("error", [RuntimeError, ValueError, KeyError, AttributeError])
def test_a_bug_while_signing_in(theatre, error: type[Exception]) -> None:
    """With the secret itself in the form. The sign-in library takes any error for its own: the target says so."""
    here = theatre(around=lambda behind: Broken(behind, "/token", error))
    with here.stage.listening():
        assert ended(here.stage.as_typed) in (3, 70)
    here.ensure_silence()


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ("\r\nX-More: 1", "bad-response"),
        ("\n", "bad-response"),
        ("\0", "bad-response"),
        ("ü", "bad-response"),
        ("\u20ac", "bad-response"),
        (" ", "credential-invalid"),
    ],
    ids=ascii,
)
def test_a_token_that_no_header_can_carry(tmp_path, monkeypatch, capfd, odd: str, reason: str) -> None:
    """An HTTP library quotes the header that it refuses. Ours is refused before, in words without it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    token = f"eyJ{_encoded({'alg': 'RS256'})[3:]}.{_claims()}.zebra{odd}finch-quokkarat"
    body = json.dumps({"token_type": "Bearer", "expires_in": 3600, "access_token": token})
    azure = Azure(estate(1), faults=(Rule(match=Match(path="*/token"), then=Then(body=body)),))
    with serve(azure, directory=tmp_path / "own-ca") as server:
        cloud = {"authority": server.url, "resource_manager": server.url, "audience": server.url}
        config = furnish(tmp_path, 1, cloud={**cloud, "ca_bundle": str(server.ca_path)})
        assert ended(lambda: check.carry_out(Words(config=config), ("json",))) == 3
    said = "".join(capfd.readouterr())
    assert f'"{reason}"' in said
    assert "quokkarat" not in said
    assert "finch" not in said
    assert not hits(said.encode(), [token])


def test_a_proxy_that_cannot_be_understood(tmp_path, monkeypatch, capfd) -> None:
    """Its address holds the password, and libraries quote it."""
    password = secret("proxy password")
    addresses = [
        "http://agent:{}@[bad",
        "http://agent:{}@host:port",
        "{}",
        "http://{}",
        "socks9://a:{}@h",
        "http://a:{}@",
    ]
    config = furnish(tmp_path, 1)
    monkeypatch.setenv("CANARY_SECRET", ENVIRONMENT["CANARY_SECRET"])
    for address in addresses:
        monkeypatch.setenv("HTTPS_PROXY", address.format(password))
        with suppress(Failure):
            _give_up_soon(config)
            assert ended(lambda: check.carry_out(Words(config=config), ("json",))) == 3, address
        assert not hits("".join(capfd.readouterr()).encode()), address


def _give_up_soon(config: Any) -> None:
    content = json.loads(config.read_text())
    content["gather"]["timeout"] = 1
    config.write_text(json.dumps(content))


def _claims() -> str:
    return _encoded({"oid": guid(1, "0b1d"), "tid": tenant(1), "appid": guid(1, "a990")})


def _encoded(part: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
