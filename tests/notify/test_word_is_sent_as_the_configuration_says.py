"""`notify:` end to end: the real command over the simulated Azure, apprise, and a service on loopback."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pal_agent.cli import apply, check
from pal_agent.cli.danger import Danger
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.estates import demo_config_path, demo_estate_path, demo_secrets
from pal_agent.sim.state import Azure
from tests.notify.receiver import Receiver, receiver

# Of apprise's own mail plugin, on Python 3.11 and 3.12.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

BOLD = Danger(replace=True, remove=True, max_change=None)
FABRIKAM = "*@00000001-*"  # where all is well
Stage = Callable[..., Words]


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@pytest.fixture
def azure() -> SimulatedAzure:
    return SimulatedAzure(Azure(load_estate(demo_estate_path())))


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Writes the demo's configuration, with entries to notify; gives the words that name it."""
    for name, value in demo_secrets().items():
        monkeypatch.setenv(name, value)

    def configured(*urls: str, when: str = "changed", **words: Any) -> Words:
        config = YAML(typ="safe", pure=True).load(demo_config_path())
        config["notify"] = [{"url": f"env:URL_{number}", "when": when} for number, _ in enumerate(urls)]
        for number, url in enumerate(urls):
            monkeypatch.setenv(f"URL_{number}", url)
        path = tmp_path / "pal-agent.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        return Words(config=path, quiet=True, **words)

    return configured


def test_what_is_wrong_is_told_with_the_report_attached(stage: Stage, azure: SimulatedAzure, service: Receiver) -> None:
    """The answer is the title, the worst findings are the text, and the page goes along."""
    assert check.carry_out(stage(f"json://{service.address}"), (), adapter=azure) == 3
    (got,) = service.got
    assert got["title"].startswith("Could not tell everything: 4 of 18 credentials could not be read")
    assert got["type"] == "warning"
    assert "**What to act on**\n\n- error: " in got["message"]
    assert "\n- and " in got["message"]
    (attachment,) = got["attachments"]
    assert attachment["filename"] == "pal-agent.html"
    assert b"Content-Security-Policy" in base64.b64decode(attachment["base64"])


def test_nothing_is_sent_while_all_is_well_and_as_before(
    stage: Stage, azure: SimulatedAzure, service: Receiver
) -> None:
    """`changed` and `wrong` stay silent, `always` does not."""
    for when in ("changed", "wrong"):
        for _ in range(2):
            words = stage(f"json://{service.address}", when=when, targets=(FABRIKAM,))
            assert check.carry_out(words, (), adapter=azure) == 0
    assert service.got == []
    assert (
        check.carry_out(stage(f"json://{service.address}", when="always", targets=(FABRIKAM,)), (), adapter=azure) == 0
    )
    (got,) = service.got
    assert got["title"].startswith("All is well")
    assert got["type"] == "success"


def test_a_change_is_told_even_where_nothing_is_wrong(stage: Stage, azure: SimulatedAzure, service: Receiver) -> None:
    """A customer more, all of it well: `changed` says so, `wrong` does not."""
    assert check.carry_out(stage(targets=(FABRIKAM,)), (), adapter=azure) == 0
    both = (FABRIKAM, "*@00000012-*")
    entries = (f"json://{service.address}",)
    assert check.carry_out(stage(*entries, when="wrong", targets=both), (), adapter=azure) == 0
    before = len(service.got)
    check.carry_out(stage(*entries, when="changed", targets=(FABRIKAM,)), (), adapter=azure)
    (got,) = service.got[before:]
    assert "**What changed**\n\n- 2 subscriptions no longer seen: Alpine Lifts, Alpine Hotel\n" in got["message"]
    assert "1 credential no longer checked" in got["message"]


def test_apply_tells_what_it_wrote(stage: Stage, azure: SimulatedAzure, service: Receiver) -> None:
    words = stage(f"json://{service.address}")
    assert apply.carry_out(words, BOLD, None, yes=True, adapter=azure) == 3
    (got,) = service.got
    assert got["title"] == "4 of 4 link changes made, and not all is as desired."
    assert "- 2 links created\n- 1 link replaced\n- 1 link removed" in got["message"]


def test_masked_reports_mask_the_word_too(stage: Stage, azure: SimulatedAzure, service: Receiver) -> None:
    """No ID in text or attachment."""
    check.carry_out(stage(f"json://{service.address}"), (), mask=True, adapter=azure)
    (got,) = service.got
    page = base64.b64decode(got["attachments"][0]["base64"]).decode()
    for text in (got["message"], page):
        assert not re.search(r"[0-9a-f]{8}-(7e4a|a990|0b1d|5b5c)-", text)
        assert "5127255" not in text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("json://user:c4nary@{refusing}/c4nary", "the service answered with HTTP 403"),
        ("json://user:c4nary@127.0.0.1:1/c4nary", "the service could not be reached or refused it"),
        ("c4nary://c4nary", "not an apprise URL"),
        ("c4nary", "not an apprise URL"),
        ("", "the secret is not set"),
    ],
)
def test_a_failure_is_said_without_the_url_and_changes_no_exit_code(
    stage: Stage, azure: SimulatedAzure, capsys: pytest.CaptureFixture[str], url: str, said: str
) -> None:
    """And it keeps no other entry from its word."""
    with receiver(status=403) as refusing, receiver() as fine:
        urls = (url.format(refusing=refusing.address), f"json://{fine.address}")
        words = stage(*urls, when="always", targets=(FABRIKAM,))
        assert check.carry_out(words, (), adapter=azure) == 0
        assert len(fine.got) == 1
    error = capsys.readouterr().err
    assert "notify[0]: not sent: " in error
    assert "env:URL_0" in error
    assert said in error
    assert "c4nary" not in error
    assert "127.0.0.1" not in error


def test_an_interrupted_or_unrecorded_run_is_told_like_any_other(
    stage: Stage, azure: SimulatedAzure, service: Receiver
) -> None:
    """Without a history nothing can have changed; what is wrong is told all the same."""
    words = stage(f"json://{service.address}")
    assert check.carry_out(words, (), history=False, adapter=azure) == 3
    assert check.carry_out(words, (), history=False, adapter=azure) == 3
    assert ["What changed" in got["message"] for got in service.got] == [False, False]
