"""Whoever prints, logs, pickles or records any object of the agent while it is at work, writes no secret."""

import gc
import pickle
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.core.rest import HttpRequest
from requests.adapters import BaseAdapter

from pal_agent import codec
from pal_agent.access import secret_reader
from pal_agent.batch import Batch, split
from pal_agent.cloud import deadline
from pal_agent.cloud.azure import Azure
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.policies import fit_to_show
from pal_agent.cloud.principal import Token
from pal_agent.cloud.session import Adapter, Session, trust
from pal_agent.cloud.transport import Transport
from pal_agent.credentials import Place
from pal_agent.model import Code
from pal_agent.settings import Cloud
from tests.secrets.canaries import hits
from tests.secrets.stage import ENVIRONMENT

THEIRS = ("azure.identity", "msal")
# What the tests themselves hold, and the simulated Azure, which knows every secret.
NOT_THE_AGENT = ("pal_agent.sim", "tests.")


class Looking(BaseAdapter):
    """Calls `look` in the middle of one request: the n-th to a place."""

    def __init__(self, behind: BaseAdapter, where: str, look: Any) -> None:
        super().__init__()
        self._behind, self._where, self._look = behind, where, look
        self._done = False
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        with self._lock:
            if not self._done and self._where in str(request.url):
                self._done = True
                self._look()
        return self._behind.send(request, *args, **kwargs)

    def close(self) -> None:
        self._behind.close()


def alive() -> Iterator[Any]:
    """Every object of the agent, and of the libraries that carry its secrets, that exists right now."""
    for one in gc.get_objects():
        module = str(type(one).__module__)
        if module.startswith(NOT_THE_AGENT) or isinstance(one, type):
            continue
        if module.startswith(("pal_agent", *THEIRS)):
            yield one


def pickled(one: object) -> bytes:
    """Empty where the object refuses."""
    try:
        return pickle.dumps(one)
    except Exception:  # noqa: BLE001 - any refusal will do
        return b""


def printed(one: object) -> bytes:
    """Empty where a library's object is not ready to be printed yet."""
    try:
        return f"{one!r} {one}".encode("utf-8", "surrogatepass")
    except AttributeError:
        assert not type(one).__module__.startswith("pal_agent")
        return b""


def looked_at(theatre: Any, where: str) -> tuple[set[str], list[str]]:
    """The kinds of object that were alive in the middle of a check, and what of secrets they showed."""
    kinds: set[str] = set()
    shown: list[str] = []

    def look() -> None:
        for one in list(alive()):
            kind = f"{type(one).__module__}.{type(one).__qualname__}"
            kinds.add(kind)
            found = hits(printed(one)) + (hits(pickled(one)) if kind.startswith("pal_agent") else [])
            shown.extend(f"{kind}: {hit}" for hit in found)
        kinds.add("all were looked at")

    here = theatre(around=lambda behind: Looking(behind, where, look))
    here.stage.check()
    here.ensure_silence()
    assert "all were looked at" in kinds
    return kinds, sorted(set(shown))


def test_while_signing_in(theatre) -> None:
    """A secret has just been read."""
    kinds, shown = looked_at(theatre, "/token")
    assert {"pal_agent.work.Work", "pal_agent.cloud.principal.Principal", "pal_agent.settings.Settings"} <= kinds
    assert shown == []


def test_while_asking(theatre) -> None:
    """Tokens are held."""
    kinds, shown = looked_at(theatre, "resourcegroups")
    assert {"pal_agent.cloud.principal.Token", "pal_agent.cloud.session.Session"} <= kinds
    assert shown == []


def test_a_reader_of_secrets_shows_none(monkeypatch) -> None:
    """It knows the environment, and says nothing of it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    reader = secret_reader()
    place = Place(azure=None, tenant_id="t", client_id="c", secret=reader)  # type: ignore[arg-type]
    assert not hits(f"{reader!r} {place!r} {place}".encode())
    assert not hits(pickled(reader))


def test_a_token_stays_in_its_process() -> None:
    """It is neither shown nor pickled, nor copied into a record."""
    token = Token(text="eyJ0eXAiOiJKV1QiLCJhbGciOiJ.zebrafinch.quokkarat", expires_on=0.0)
    assert not hits(f"{token!r} {token} {token!s}".encode())
    assert pickled(token) == b""


@pytest.mark.parametrize("text", ["İ zebra", "ẞ ZEBRA İ", "zebra" * 3, "ﬁ zeBra"])
def test_taking_a_secret_out_leaves_no_trace_of_it(text: str) -> None:
    """In any case, beside characters whose lower case is longer; and no pattern of it stays in a cache."""
    request = HttpRequest("POST", "https://a.example/", data={"client_secret": "Zebra"})
    shown = fit_to_show(Failure(Code.FORBIDDEN, text), request).reason.message
    assert "zebra" not in shown.lower()
    assert shown == re.sub("zebra", "***", text, flags=re.IGNORECASE)
    patterns = [one.pattern for one in gc.get_objects() if isinstance(one, re.Pattern)]
    assert not [pattern for pattern in patterns if "Zebra" in str(pattern)]


def test_a_session_stays_in_its_process(monkeypatch) -> None:
    """It remembers the proxy, whose address may hold a password; so does whatever sends through it."""
    monkeypatch.setenv("HTTPS_PROXY", ENVIRONMENT["HTTPS_PROXY"])
    monkeypatch.delenv("NO_PROXY", raising=False)
    session = Session(Adapter(trust(None, {}), 1))
    request = requests.Request("GET", "https://management.azure.com/").prepare()
    with deadline.until(0), pytest.raises(requests.RequestException):
        session.send(request)
    for one in (session, Transport(session), Azure(Cloud(), session)):
        assert not hits(printed(one))
        assert pickled(one) == b""
    session.close()


def test_what_travels_to_workers_holds_references_only(theatre) -> None:
    """Batches are pickled, and settings in them."""
    here = theatre()
    settings = here.stage.words.settings()
    whole = Batch(settings=settings, targets=settings.targets(), quick=False, names=True)
    for batch in (whole, *split(whole, 2)):
        travelling = pickle.dumps(batch)
        assert b"CANARY_SECRET" in travelling
        assert not hits(travelling)
        assert not hits(f"{batch!r}".encode())
    for target in settings.targets():
        assert not hits(codec.dumps(target))
