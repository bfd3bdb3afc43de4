"""Opens the history's file: makes it, refuses what is not ours, brings an older one up to date. Never replaces one."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from pal_agent.errors import HistoryError
from pal_agent.history.faults import MOVE
from pal_agent.history.schema import APPLICATION, INDEX, LEDGER, TABLES

# Step n brings version n to n + 1; the first makes a new history.
STEPS: tuple[tuple[str, ...], ...] = ((*TABLES, INDEX, *LEDGER),)

_PATIENCE = 3.0  # seconds to wait for another process that is writing
_MAGIC = b"SQLite format 3\0"
_TRIED_UP_TO = 256 * 2**20  # bytes; a larger file is not read through before each write


def for_writing(path: Path, steps: Sequence[Sequence[str]] = STEPS) -> sqlite3.Connection:
    """Raises `OSError`, `sqlite3.Error` or `HistoryError`; then nothing in the file has changed."""
    _make(path)
    _refuse_other_files(path)
    connection = _connect(path, "mode=rw")
    try:
        _refuse_other_databases(connection, path, newest=len(steps))
        _refuse_damage(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, steps)
    except BaseException:
        connection.close()
        raise
    return connection


def for_reading(path: Path) -> sqlite3.Connection:
    """As `for_writing`, but makes nothing, and reads an older version as it is.

    Opened for writing all the same where that may be, since a reader that may not write leaves SQLite's files behind.
    """
    if not path.exists():
        raise HistoryError("no run has been recorded", where=str(path), mend="`pal-agent check` records one.")
    _refuse_other_files(path)
    connection = _connect_to_read(path)
    try:
        _refuse_other_databases(connection, path, newest=len(STEPS))
        if _pragma(connection, "user_version") == 0:
            raise HistoryError("no run has been recorded", where=str(path), mend="`pal-agent check` records one.")
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: sqlite3.Connection, steps: Sequence[Sequence[str]]) -> None:
    """All steps that are still to do, in one transaction: an interrupted one leaves the old version as it was."""
    if _pragma(connection, "user_version") == len(steps):
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for step in steps[_pragma(connection, "user_version") :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def _make(path: Path) -> None:
    """An empty file is a history that nothing has been written to yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _refuse_other_files(path: Path) -> None:
    if path.is_dir():
        raise HistoryError("this is a folder, not a file", where=str(path), mend="Name a file in it.")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) not in (b"", _MAGIC):
            raise HistoryError("this is not a history of pal-agent", where=str(path), mend=MOVE)


def _refuse_other_databases(connection: sqlite3.Connection, path: Path, *, newest: int) -> None:
    version = _pragma(connection, "user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and _pragma(connection, "application_id") != APPLICATION:
        raise HistoryError("this is another program's database", where=str(path), mend=MOVE)
    if version > newest:
        raise HistoryError(
            f"it was written by a newer pal-agent (version {version}, this one knows {newest})",
            where=str(path),
            mend=f"Upgrade pal-agent. {MOVE}",
        )


def _refuse_damage(connection: sqlite3.Connection, path: Path) -> None:
    """Writing to a damaged database could destroy what can still be saved."""
    if path.stat().st_size > _TRIED_UP_TO:
        return
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise HistoryError(f"the file is damaged ({found})", where=str(path), mend=MOVE)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    address = f"file:{quote(os.fsencode(path.absolute()))}?{how}"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A read-only folder has no place for the files beside a WAL database; without a WAL none are needed."""
    if os.access(path.parent, os.W_OK) or path.with_name(path.name + "-wal").exists():
        return _connect(path, "mode=rw")
    return _connect(path, "mode=ro&immutable=1")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
