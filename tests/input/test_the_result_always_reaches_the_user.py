"""S05, S06, X08: whatever is wrong with the history or a report's file, the answer comes, and what was there stays."""

import json
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.input.stage import Stage


@contextmanager
def full_disk(limit: int = 2000) -> Iterator[None]:
    """A limit on file size stands in for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def noise(path: Path) -> None:
    path.write_text("somebody's notes, longer than a header is\n" * 100)


def torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


def foreign(path: Path) -> None:
    path.unlink()
    changed(path, "CREATE TABLE bookmarks (url TEXT)")


def newer(path: Path) -> None:
    changed(path, "PRAGMA user_version = 99")


@pytest.mark.parametrize("spoil", [noise, torn, foreign, newer])
def test_a_history_that_cannot_be_kept_costs_no_report(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """The whole report on stdout, with its own exit code; a warning on stderr; the file as it was."""
    stage = Stage(tmp_path)
    before = without_times(stage.check("json").out)
    spoil(stage.history)
    spoilt = stage.history.read_bytes()
    ended = stage.check("json")
    assert (ended.code, without_times(ended.out)) == (1, before)
    assert "Warning" in ended.err
    assert str(stage.history) in ended.err
    assert "Traceback" not in ended.err
    assert stage.history.read_bytes() == spoilt


@pytest.mark.parametrize("place", ["state", "state/history.db"])
def test_nor_does_one_that_has_no_place(tmp_path: Path, place: str) -> None:
    """A file where its folder should be, or a folder in its own place."""
    stage = Stage(tmp_path)
    (tmp_path / "state").mkdir() if "/" in place else (tmp_path / "state").touch()
    if "/" in place:
        (tmp_path / place).mkdir()
    ended = stage.check("json")
    assert ended.code == 1
    assert json.loads(ended.out)["run"]["complete"] is True
    assert "Warning" in ended.err
    assert "Traceback" not in ended.err


def test_nor_does_a_full_disk(tmp_path: Path) -> None:
    """What was recorded before is still there."""
    stage = Stage(tmp_path)
    before = without_times(stage.check("json").out)
    with full_disk():
        ended = stage.check("json")
    assert (ended.code, without_times(ended.out)) == (1, before)
    assert "Warning" in ended.err
    assert stage.check().code == 1
    with closing(sqlite3.connect(stage.history)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_report_that_cannot_be_written_is_printed(tmp_path: Path) -> None:
    """On a full disk: the earlier report stands, nothing is left beside it, and the answer is on stdout."""
    stage = Stage(tmp_path)
    path = tmp_path / "reports" / "r.html"
    path.parent.mkdir()
    path.write_text("old")
    with full_disk():
        ended = stage.check(f"html={path}")
    assert ended.code == 1
    assert "link-missing" in ended.out
    assert "can't be written" in ended.err
    assert path.read_text() == "old"
    assert [file.name for file in path.parent.iterdir()] == ["r.html"]


def test_a_device_that_is_full_is_said(tmp_path: Path) -> None:
    """`-o json=/dev/full`."""
    ended = Stage(tmp_path).check("json=/dev/full")
    assert ended.code == 1
    assert "No space left" in ended.err
    assert "link-missing" in ended.out


@pytest.mark.parametrize("place", ["missing/r.json", "folder", "file/r.json", "x" * 300, ""])
def test_a_report_that_has_no_place_is_refused_before_azure_is_asked(tmp_path: Path, place: str) -> None:
    """With 2, and nothing made."""
    stage = Stage(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.iterdir())
    word = f"json={tmp_path / place}" if place else "json="
    ended = stage.check(word)
    assert ended.code == 2
    assert (ended.out, list(stage.azure.log), sorted(tmp_path.iterdir())) == ("", [], before)
    assert "Traceback" not in ended.err


def without_times(report: str) -> str:
    content = json.loads(report)
    for name in ("id", "started_at", "finished_at"):
        del content["run"][name]
    return json.dumps(content)
