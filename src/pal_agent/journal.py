"""The intent journal: each link write stands on disk before it is sent, so that a crash hides none of them."""

import errno
import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pal_agent.model import Change, Reason


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One write, as the journal tells it: intended, and with `ended`, how it ended. `failed` is a reason's text."""

    run_id: str
    at: str
    change: Change
    ended: bool
    failed: str | None


class Journal:
    """A file of JSON lines, readable by its owner alone. Safe to use from many threads."""

    def __init__(self, path: Path, *, run_id: str, now: Callable[[], str]) -> None:
        self.path = path
        self._run_id, self._now = run_id, now
        self._lock = threading.Lock()

    def intend(self, change: Change) -> None:
        """On disk when this returns: only then may the write be sent."""
        self._append({"event": "intended", **_change_fields(change)})

    def ended(self, change: Change, failed: Reason | None) -> None:
        self._append(
            {"event": "ended", "failed": failed and f"{failed.code}: {failed.message}", **_change_fields(change)}
        )

    def entries(self) -> list[Entry]:
        """Every write, in the order of its first mention; a line that a crash cut short is left out."""
        found: dict[tuple[str, str, str], Entry] = {}
        for line in self._lines():
            entry = _entry(line)
            if entry is not None:
                found[entry.run_id, entry.change.tenant_id, entry.change.object_id] = entry
        return list(found.values())

    def clear(self) -> None:
        """After the writes have gone into the history."""
        self.path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _append(self, fields: dict[str, Any]) -> None:
        line = json.dumps({"run": self._run_id, "at": self._now(), **fields}) + "\n"
        with self._lock:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                if os.write(descriptor, line.encode()) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _change_fields(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in Change.__slots__}


def _entry(line: str) -> Entry | None:
    try:
        fields = json.loads(line)
        change = Change(**{name: fields[name] for name in Change.__slots__})
        return Entry(
            run_id=fields["run"],
            at=fields["at"],
            change=change,
            ended=fields["event"] == "ended",
            failed=fields.get("failed"),
        )
    except (ValueError, KeyError, TypeError):
        return None
