"""S05, S06: whatever stands where the history should be, it is told apart, and not a byte of it changes."""

import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pal_agent.errors import HistoryError
from pal_agent.history import History, opening


def recorded(path: Path, a_run, *names: str) -> Path:
    with History(path) as history:
        for name in names or ("a",):
            history.record(a_run(name))
    return path


def changed(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def noise(path: Path) -> None:
    path.write_text("not a database, but somebody's notes, longer than a header is\n" * 100)


def short_noise(path: Path) -> None:
    path.write_text("SQL")


def foreign(path: Path) -> None:
    path.unlink()
    changed(path, "CREATE TABLE bookmarks (url TEXT)")


def newer(path: Path) -> None:
    changed(path, "PRAGMA user_version = 99")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


def walked(path: Path, *, write: bool) -> None:
    with History(path, write=write) as history:
        list(history.load().targets())
        list(history.load().findings())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (noise, "not a history of pal-agent"),
        (short_noise, "not a history of pal-agent"),
        (foreign, "another program's database"),
        (newer, "newer pal-agent"),
        (truncated, "damaged"),
        (torn, "damaged"),
    ],
)
@pytest.mark.parametrize("write", [True, False], ids=["to write", "to read"])
def test_a_spoilt_file_is_refused_untouched(tmp_path, a_run, spoil, said, write) -> None:
    """The message says what is wrong, where, and what to do."""
    path = recorded(tmp_path / "h.db", a_run)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(HistoryError, match=said) as raised:
        walked(path, write=write)
    assert raised.value.where == str(path)
    assert raised.value.mend
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["h.db"]


@pytest.mark.parametrize("body", ["X'00'", "zeroblob(0)", "(SELECT body FROM finding)"])
def test_a_damaged_record_is_said(tmp_path, a_run, body) -> None:
    """A file that SQLite finds sound may still hold what nobody wrote there."""
    path = recorded(tmp_path / "h.db", a_run)
    changed(path, f"UPDATE target SET body = {body}")
    with History(path) as history, pytest.raises(HistoryError, match="damaged"):
        list(history.load().targets())


def test_an_empty_file_is_a_new_history(tmp_path, a_run) -> None:
    """So is what a kill left behind between making the file and writing to it."""
    (tmp_path / "h.db").touch()
    with pytest.raises(HistoryError, match="no run"), History(tmp_path / "h.db", write=False):
        pass
    recorded(tmp_path / "h.db", a_run)
    with History(tmp_path / "h.db", write=False) as history:
        assert history.load().header.id == "a"


def test_reading_makes_no_file(tmp_path) -> None:
    """`report` without a history says so and leaves no trace."""
    with pytest.raises(HistoryError, match="no run has been recorded"), History(tmp_path / "x" / "h.db", write=False):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_its_place_is_refused(tmp_path) -> None:
    """Not taken for a database."""
    with pytest.raises(HistoryError, match="folder"), History(tmp_path):
        pass


def test_a_file_in_place_of_its_folder_is_refused(tmp_path) -> None:
    """Not a traceback."""
    (tmp_path / "x").write_text("")
    with pytest.raises(HistoryError), History(tmp_path / "x" / "h.db"):
        pass


def test_a_locked_history_is_said_in_a_few_seconds(tmp_path, a_run) -> None:
    """The run goes on without it; what was recorded stays."""
    path = recorded(tmp_path / "h.db", a_run)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with History(path) as history:
        history._connection.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(HistoryError, match="another process"):
            history.record(a_run("b"))
        holder.rollback()
        holder.close()
        assert [run.header.id for run in history.runs()] == ["a"]


def test_a_full_disk_loses_nothing_recorded(tmp_path, a_run) -> None:
    """The new run is not half there."""
    path = recorded(tmp_path / "h.db", a_run)
    with History(path) as history:
        pages = history._connection.execute("PRAGMA page_count").fetchone()[0]
        history._connection.execute(f"PRAGMA max_page_count = {pages}")
        big = a_run("b")
        for number in range(2000):
            big.finish(big.header)
            big._execute(
                "INSERT INTO finding VALUES (1, ?, '', '', '', '', 'info', ?)", str(number).encode(), b"x" * 100
            )
        with pytest.raises(HistoryError, match="disk is full"):
            history.record(big)
    with History(path) as history:
        assert [run.header.id for run in history.runs()] == ["a"]
        assert len(list(history.load().findings())) == 1


def test_an_interrupted_migration_leaves_the_old_version(tmp_path, a_run) -> None:
    """All steps or none: version and tables are as they were, and the next attempt succeeds."""
    path = recorded(tmp_path / "h.db", a_run)
    step = ("ALTER TABLE run ADD COLUMN note TEXT", "CREATE TABLE extra (x)")
    with pytest.raises(sqlite3.OperationalError):
        opening.for_writing(path, (*opening.STEPS, (*step, "CREATE TABLE nonsense (")))
    connection = opening.for_reading(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchall() == []
    connection.close()
    connection = opening.for_writing(path, (*opening.STEPS, step))
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert connection.execute("SELECT id, note FROM run").fetchall() == [("a", None)]
    connection.close()


KILLED_WHILE_RECORDING = """
import os, sys
from pathlib import Path
from pal_agent.history import History, RunStore
from pal_agent.model import *

class Dying(RunStore):
    def rows(self, table):
        if table == "finding":
            os.kill(os.getpid(), 9)
        return super().rows(table)

store = Dying(require=Tier.PEC)
result = dict(subscription_id="s", name="", tenant_id="t", state="Enabled", tiers=Tiers(), complete=True)
store.add_result(SubscriptionResult(**result))
header = dict(command="check", started_at="", finished_at="", agent_version="", exit_code=0, complete=True)
store.finish(RunHeader(id="killed", **header))
History(Path(sys.argv[1])).record(store)
"""


def test_a_kill_while_recording_loses_nothing_and_invents_nothing(tmp_path, a_run) -> None:
    """S01: the half-recorded run is not there, the earlier one is, and the file is sound."""
    path = recorded(tmp_path / "h.db", a_run)
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_RECORDING, path], check=False)
    assert killed.returncode == -9
    with History(path) as history:
        assert [run.header.id for run in history.runs()] == ["a"]
        assert [one.subscription_id for one in history.load().subscriptions()] == ["S1"]
        history.record(a_run("b"))
        assert [run.header.id for run in history.runs()] == ["b", "a"]


def test_a_refusing_file_system_is_said(tmp_path, a_run) -> None:
    """A limit on file size stands in for it: the message is a person's, the file is as it was."""
    path = tmp_path / "h.db"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(HistoryError, match=r"disk"):
            recorded(path, a_run)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    recorded(path, a_run)
