"""The history around a run. A history that can't be used is said, and never keeps a result from the user."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pal_agent.cli.working import say
from pal_agent.errors import HistoryError
from pal_agent.history import History, Previous, RunStore, Write
from pal_agent.journal import Entry, Journal
from pal_agent.model import Target, TargetFacts
from pal_agent.run import Before
from pal_agent.settings import Settings
from pal_agent.work import Work

T = TypeVar("T")
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Recording:
    """The open history of a run, or none. Whatever fails is said once, and the run goes on without."""

    history: History | None

    def before(self) -> Before:
        if self.history is None:
            return Before()
        return Before(previous=self._previous, written=self._written)

    def largest_first(self, work: Work) -> Work:
        """The slowest targets start early, so that the run does not wait for one of them in the end."""
        history = self.history
        if history is None:
            return work
        targets = _or_none(lambda: history.largest_first(work.targets))
        return work if targets is None else replace(work, targets=targets)

    def _previous(self, target: Target) -> Previous | None:
        history = self.history
        return None if history is None else _or_none(lambda: history.previous_target(target.key))

    def _written(self, facts: TargetFacts, previous: Previous) -> str | None:
        history, object_id = self.history, facts.object_id
        if history is None or object_id is None:
            return None
        since, run = previous.started_at, previous.run_id
        write = _or_none(lambda: history.last_write(facts.target.tenant_id, object_id, since, not_in=run))
        return None if write is None else write.after or ""

    def record(self, run: RunStore) -> None:
        try:
            if self.history is not None:
                self.history.record(run)
        except HistoryError as error:
            say(f"Warning: this run was not recorded: {error}")

    def take_in(self, journal: Journal) -> None:
        """Moves what the journal holds into the history; it stays where it is when that fails."""
        entries = journal.entries()
        if self.history is None or not entries:
            return
        unfinished = sum(not entry.ended for entry in entries)
        if unfinished:
            say(f"An earlier apply ended in the middle of {unfinished} change(s); the links are read again now.")
        try:
            for entry in entries:
                self.history.record_write(_write(entry))
        except HistoryError as error:
            say(f"Warning: {error}")
            return
        journal.clear()


def _write(entry: Entry) -> Write:
    change = entry.change
    return Write(
        run_id=entry.run_id,
        at=entry.at,
        credential=change.credential,
        tenant_id=change.tenant_id,
        object_id=change.object_id,
        action=change.action,
        before=change.before,
        after=change.after,
        failed=entry.failed,
    )


@contextmanager
def recording(settings: Settings, *, wanted: bool = True) -> Iterator[Recording]:
    history = _or_none(lambda: _open(settings.history)) if wanted else None
    try:
        yield Recording(history)
    finally:
        if history is not None:
            history.close()


def _open(path: Path | None) -> History | None:
    return None if path is None else History(path)


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except HistoryError as error:
        say(f"Warning: {error}")
        return None
