"""The history: recorded runs, and the links that we wrote ourselves, in one SQLite file.

Kept are the newest 100 runs, and of the newest 20 the facts too (what `report --evaluate` needs). Our own writes are
kept as long as the oldest run. The file is readable by its owner alone: it holds names and IDs, never a secret.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pal_agent import codec
from pal_agent.errors import HistoryError
from pal_agent.history import opening
from pal_agent.history.faults import translated
from pal_agent.history.packing import unpack
from pal_agent.history.schema import FACTS, RESULTS, key
from pal_agent.history.store import RunStore
from pal_agent.history.stored import RecordedRun
from pal_agent.model import Action, Counts, LinkState, RunHeader, Target, TargetResult

KEPT_RUNS = 100
KEPT_FACTS = 20
_LOOK_BACK = 10  # runs searched for a target's last known link

_LIST = "pal-agent history lists the runs."
_BACK = re.compile(r"last(?:[-~](\d{1,9}))?|-(\d{1,9})")


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedHeader:
    """One line of the list of runs. `number` is short, for people; only with `has_facts` can it be evaluated again."""

    number: int
    header: RunHeader
    counts: Counts
    has_facts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Previous:
    """A target as an earlier run reported it."""

    run_id: str
    started_at: str
    result: TargetResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """A link that we wrote, or tried to. `after` is None for a removal; `failed` is None when it was as desired."""

    run_id: str
    at: str
    credential: str
    tenant_id: str
    object_id: str
    action: Action
    before: str | None
    after: str | None
    failed: str | None = None


class History:
    """An open history; a context manager, for one thread. What raises a `HistoryError` has changed nothing.

    `History(path)` makes the file when there is none; `History(path, write=False)` never writes.
    """

    def __init__(self, path: Path, *, write: bool = True) -> None:
        self._where = str(path)
        with translated(self._where):
            self._connection = opening.for_writing(path) if write else opening.for_reading(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def record(self, run: RunStore, *, keep: int = KEPT_RUNS, keep_facts: int = KEPT_FACTS) -> None:
        """Copies a finished run, facts and all, in one transaction; lets go of what is older than the newest `keep`."""
        with translated(self._where), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            number = self._insert_header(run)
            for table in (*FACTS, *RESULTS):
                self._copy(run, table, number)
            self._prune(number, keep=keep, keep_facts=keep_facts)

    def runs(self) -> Iterator[RecordedHeader]:
        """Newest first."""
        query = "SELECT number, has_facts, header, counts FROM run ORDER BY number DESC"
        with translated(self._where):
            for number, has_facts, header, counts in self._connection.execute(query):
                yield RecordedHeader(
                    number=number,
                    has_facts=bool(has_facts),
                    header=codec.loads(RunHeader, header.encode()),
                    counts=codec.loads(Counts, counts.encode()),
                )

    def load(self, reference: str | None = None) -> RecordedRun:
        """A run by its ID or the beginning of it, by its number, or counted back: `last` (or None), `-2` (the one
        before the last), `last-1` (the same)."""
        found = self._find(reference or "last")
        return RecordedRun(
            self._connection,
            found.number,
            self._where,
            header=found.header,
            counts=found.counts,
            has_facts=found.has_facts,
        )

    def before(self, run_id: str) -> RecordedRun | None:
        """The run recorded before this one, of the same command; for a run not recorded yet, the last `check`."""
        older = list(self.runs())
        at = next((place for place, run in enumerate(older) if run.header.id == run_id), -1)
        command = older[at].header.command if at >= 0 else "check"
        found = next((run for run in older[at + 1 :] if run.header.command == command), None)
        return self.load(found.header.id) if found else None

    def previous_target(self, target_key: tuple[str, str]) -> Previous | None:
        """The target in the newest of the last 10 runs that knew its link, so that a run which could not read the
        link hides no change."""
        query = (
            "SELECT run.id, run.started_at, target.body FROM run JOIN target ON target.run = run.number"
            " WHERE run.number IN (SELECT number FROM run ORDER BY number DESC LIMIT ?)"
            " AND credential = ? AND tenant = ? AND link != ? ORDER BY run.number DESC LIMIT 1"
        )
        arguments = (_LOOK_BACK, *map(key, target_key), LinkState.UNKNOWN.value)
        with translated(self._where):
            row = self._connection.execute(query, arguments).fetchone()
            return row and Previous(run_id=row[0], started_at=row[1], result=unpack(TargetResult, row[2]))

    def largest_first(self, targets: Iterable[Target]) -> list[Target]:
        """By how many subscriptions they saw in the last run that recorded any; equals, and new ones, as they came."""
        query = (
            "SELECT credential, tenant, count(*) FROM subscription_fact"
            " WHERE run = (SELECT max(run) FROM subscription_fact) GROUP BY credential, tenant"
        )
        with translated(self._where):
            seen = {(credential, tenant): count for credential, tenant, count in self._connection.execute(query)}
        return sorted(targets, key=lambda target: -seen.get((key(target.credential), key(target.tenant_id)), 0))

    def record_write(self, write: Write) -> None:
        """On disk when this returns."""
        values = (
            *(write.run_id, write.at, write.credential, write.tenant_id.lower(), write.object_id.lower()),
            *(write.action, write.before, write.after, write.failed),
        )
        columns = "run_id, at, credential, tenant, object, action, before, after, failed"
        with translated(self._where):
            self._connection.execute(f"INSERT INTO written ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608

    def last_write(self, tenant_id: str, object_id: str, since: str, *, not_in: str | None = None) -> Write | None:
        """The last write to a principal's link at or after `since` that did not fail, but for those of run `not_in`.

        To learn what we wrote since an earlier run, give its `started_at`, and its ID as `not_in`. Times compare as
        text: write them all in one form.
        """
        query = (
            "SELECT run_id, at, credential, tenant, object, action, before, after, failed FROM written"
            " WHERE tenant = ? AND object = ? AND at >= ? AND run_id IS NOT ? AND failed IS NULL"
            " ORDER BY at DESC, number DESC LIMIT 1"
        )
        names = ("run_id", "at", "credential", "tenant_id", "object_id", "action", "before", "after", "failed")
        with translated(self._where):
            found = self._connection.execute(query, (tenant_id.lower(), object_id.lower(), since, not_in)).fetchone()
        return Write(**dict(zip(names, found, strict=True))) if found else None

    def _insert_header(self, run: RunStore) -> int:
        header = run.header
        values = (header.id, header.command, header.started_at, _text(header), _text(run.counts))
        inserted = self._connection.execute(
            "INSERT INTO run (id, command, started_at, has_facts, header, counts) VALUES (?, ?, ?, 1, ?, ?)", values
        )
        return int(inserted.lastrowid or 0)

    def _copy(self, run: RunStore, table: str, number: int) -> None:
        rows = run.rows(table)
        first = next(rows, None)
        if first is None:
            return
        insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608 - our own words
        self._connection.execute(insert, (number, *first[1:]))
        self._connection.executemany(insert, ((number, *row[1:]) for row in rows))

    def _prune(self, newest: int, *, keep: int, keep_facts: int) -> None:
        """Numbers only ever rise; gaps make this keep less, never more."""
        execute, without_facts = self._connection.execute, newest - min(keep, keep_facts)
        for table in FACTS:
            execute(f"DELETE FROM {table} WHERE run <= ?", (without_facts,))  # noqa: S608
        execute("UPDATE run SET has_facts = 0 WHERE number <= ?", (without_facts,))
        for table in RESULTS:
            execute(f"DELETE FROM {table} WHERE run <= ?", (newest - keep,))  # noqa: S608
        execute("DELETE FROM run WHERE number <= ?", (newest - keep,))
        execute("DELETE FROM written WHERE at < (SELECT min(started_at) FROM run)")

    def _find(self, reference: str) -> RecordedHeader:
        runs = list(self.runs())
        if not runs:
            raise HistoryError("no run has been recorded", where=self._where, mend="pal-agent check records one.")
        back = _BACK.fullmatch(reference)
        if back:
            steps = int(back[1]) if back[1] else int(back[2] or 1) - 1
            found = runs[steps : steps + 1] if steps >= 0 else []
        else:
            found = _named(runs, reference)
        if len(found) > 1:
            raise HistoryError(f"{len(found)} runs begin with {reference!r}", where=self._where, mend=_LIST)
        if not found:
            raise HistoryError(f"there is no run {reference!r}", where=self._where, mend=_LIST)
        return found[0]


def _named(runs: list[RecordedHeader], reference: str) -> list[RecordedHeader]:
    """A whole ID wins over a number, and that over the beginning of an ID."""
    return (
        [run for run in runs if run.header.id == reference]
        or [run for run in runs if str(run.number) == reference]
        or [run for run in runs if run.header.id.lower().startswith(reference.lower())]
    )


def _text(value: object) -> str:
    return codec.dumps(value).decode("ascii")
