"""S05, S07: stdin, stdout and stderr closed before the start, or leading to where there is no more room."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pal_agent.cli import apply
from tests.input.stage import CAREFUL, Stage
from tests.input.test_the_result_always_reaches_the_user import full_disk

AGENT = [sys.executable, "-m", "pal_agent"]


def ended(folder: Path, command: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """The agent, started by a shell that closes or leads away its streams; Azure can't be reached."""
    environment = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
    environment |= {"HTTPS_PROXY": "http://127.0.0.1:9", "PYTHONDONTWRITEBYTECODE": "1"}
    shell = ["/bin/sh", "-c", f'exec "$@" {command}', "sh", *AGENT, *words]
    return subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stage = Stage(tmp_path)
    path = tmp_path / "pal-agent.yaml"
    path.write_text(path.read_text().replace('"version": 1', '"version": 1, "gather": {"timeout": 1}'))
    assert stage.history.parent != tmp_path
    return tmp_path


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("words", "code"), [(("check",), 3), (("apply", "--yes"), 3), (("check", "-c", "none"), 2)])
def test_closed_beforehand(folder: Path, streams: str, words: tuple[str, ...], code: int) -> None:
    """The run takes place, is recorded, and tells by its exit code; no traceback, and nothing printed into a file."""
    found = ended(folder, streams, *words)
    assert (found.returncode, "Traceback" in found.stderr) == (code, False)
    if code == 3:
        history = (folder / "state" / "history.db").read_bytes()
        assert history.startswith(b"SQLite format 3\0")
        assert b"could not be read." not in history


def test_nobody_can_be_asked(folder: Path) -> None:
    """`apply` without --yes and without stdin: a usage error, not a bug."""
    found = ended(folder, "<&-", "apply")
    assert found.returncode == 2
    assert "--yes" in found.stderr


@pytest.mark.parametrize("words", [("--version",), ("explain", "link-missing"), ("roles", "Reader"), ("plan",)])
def test_no_room_for_the_output(folder: Path, words: tuple[str, ...]) -> None:
    """`> /dev/full`: one line on stderr."""
    found = ended(folder, "> /dev/full", *words)
    assert found.returncode == 2
    assert "No space left" in found.stderr
    assert "Traceback" not in found.stderr


def test_no_room_for_the_journal(tmp_path: Path) -> None:
    """A change whose intention can't be put on disk is not sent, and said; the run goes on to its report."""
    stage = Stage(tmp_path)
    path = tmp_path / "pal-agent.yaml"
    path.write_text(path.read_text().replace('{"path": "state/history.db"}', '{"path": "none"}'))
    directory = stage.words.settings().state_directory
    directory.mkdir(parents=True, exist_ok=True)
    journal = directory / "journal.jsonl"
    journal.write_text("x" * 3000 + "\n")
    try:
        with full_disk(2000):
            printed = stage.printed(apply.carry_out, stage.words, CAREFUL, None, yes=True)
    finally:
        journal.unlink()
    assert printed.code == 1
    assert "FAILED" in printed.out
    assert "Nothing was sent" in printed.out
    assert stage.azure.methods()["PUT"] == 0
