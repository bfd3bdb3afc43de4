"""Paths that no file system takes, and files that have no end: said in a person's words, never waited for."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pal_agent.cli import apply, check, doctor, group
from pal_agent.cli.ending import ended
from tests.input.stage import CAREFUL, Stage

LONG = "x" * 300
ENTRY = ("credentials", 0)
SETTINGS: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "history": (("history", "path"), f"{LONG}/h.db"),
    "CA bundle": (("cloud",), {"ca_bundle": LONG}),
    "folder of CAs": (("cloud",), {"ca_bundle": "."}),
    "certificate": ((*ENTRY, "auth"), {"kind": "certificate", "path": LONG}),
    "token file": ((*ENTRY, "auth"), {"kind": "federated", "token": f"file:{LONG}"}),
    "secret file": ((*ENTRY, "auth"), {"kind": "client-secret", "secret": f"file:{LONG}"}),
    "token without an end": ((*ENTRY, "auth"), {"kind": "federated", "token": "file:/dev/zero"}),
    "certificate without an end": ((*ENTRY, "auth"), {"kind": "certificate", "path": "/dev/zero"}),
    "secret without an end": ((*ENTRY, "auth"), {"kind": "client-secret", "secret": "file:/dev/zero"}),
    "token nobody writes": ((*ENTRY, "auth"), {"kind": "federated", "token": "file:pipe"}),
    "certificate nobody writes": ((*ENTRY, "auth"), {"kind": "certificate", "path": "pipe"}),
    "secret nobody writes": ((*ENTRY, "auth"), {"kind": "client-secret", "secret": "file:pipe"}),
    "token of a gigabyte": ((*ENTRY, "auth"), {"kind": "federated", "token": "file:large"}),
    "certificate of a gigabyte": ((*ENTRY, "auth"), {"kind": "certificate", "path": "large"}),
}
COMMANDS: dict[str, Callable[[Stage], Any]] = {
    "check": lambda stage: stage.printed(check.carry_out, stage.words, ("json",)),
    "apply": lambda stage: stage.printed(apply.carry_out, stage.words, CAREFUL, None, yes=True),
    "doctor": lambda stage: stage.printed(doctor.carry_out, stage.words, everything=True, output="table"),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", SETTINGS)
def test_in_the_configuration(tmp_path: Path, what: str, command: str) -> None:
    """A configuration error, a target that can't sign in, or a warning: no traceback, and no waiting."""
    stage = Stage(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2**30)
    place, value = SETTINGS[what]
    configure(stage, place, value)
    ended = COMMANDS[command](stage)
    assert ended.code in (0, 1, 2, 3)
    assert "Traceback" not in ended.err
    if place == (*ENTRY, "auth"):
        assert ended.code == 3


@pytest.mark.parametrize(
    "words",
    [
        ["check", "-c", LONG],
        ["check", "-c", "/dev/null"],
        ["plan", "-c", "pal-agent.yaml", "--out", f"{LONG}/p.json"],
        ["check", "-c", "pal-agent.yaml", "--metrics", f"{LONG}/m.prom"],
        ["apply", "--yes", LONG, "-c", "pal-agent.yaml"],
        ["report", LONG, "-c", "pal-agent.yaml"],
        ["report", "-c", "pal-agent.yaml", "-o", f"html={LONG}"],
        ["diff", LONG, LONG, "-c", "pal-agent.yaml"],
        ["init", "-c", LONG],
        ["init", "--customers", LONG, "-c", "new.yaml"],
        ["simulate", "--estate", LONG],
        ["demo", "--keep", LONG],
        ["explain", LONG],
        ["roles", LONG],
    ],
    ids=lambda words: " ".join(words).replace(LONG, "LONG"),
)
def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Refused with 2."""
    Stage(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    code = ended(lambda: group.main(words, prog_name="pal-agent", standalone_mode=False))
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert code == 2


def configure(stage: Stage, place: tuple[str | int, ...], value: Any) -> None:
    path = stage.folder / "pal-agent.yaml"
    content = json.loads(path.read_text())
    inner: Any = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path.write_text(json.dumps(content))
