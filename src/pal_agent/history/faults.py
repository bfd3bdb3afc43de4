"""What SQLite says when a history can't be used, in a person's words. The file is never replaced or repaired."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pal_agent.codec import CodecError
from pal_agent.errors import HistoryError

MOVE = "It was left as it is. Move it away, or name another file as `path` under `history` in the configuration."
_DAMAGED = ("the file is damaged", MOVE)
_REFUSED = ("the file can't be opened or written", "See to its permissions and its folder's, or name another path.")
_SAID = {
    sqlite3.SQLITE_BUSY: ("another process is using it", "Try again when that process has finished."),
    sqlite3.SQLITE_LOCKED: ("another process is using it", "Try again when that process has finished."),
    sqlite3.SQLITE_READONLY: _REFUSED,
    sqlite3.SQLITE_PERM: _REFUSED,
    sqlite3.SQLITE_CANTOPEN: _REFUSED,
    sqlite3.SQLITE_FULL: ("the disk is full", "Make room. What was recorded before is intact."),
    sqlite3.SQLITE_IOERR: ("the disk refused to read or write", "See to the disk. What was recorded before is kept."),
    sqlite3.SQLITE_NOTADB: ("this is not a history of pal-agent", MOVE),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raises `HistoryError` for whatever the database at `where` refuses."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a bug of ours, not a fault of the file
    except sqlite3.Error as error:
        what, mend = _SAID.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _DAMAGED)
        raise HistoryError(f"{what} ({error})", where=where, mend=mend) from error
    except CodecError as error:
        raise HistoryError(f"the file is damaged ({error})", where=where, mend=MOVE) from error
    except OSError as error:
        raise HistoryError(error.strerror or str(error), where=where, mend=_REFUSED[1]) from error
