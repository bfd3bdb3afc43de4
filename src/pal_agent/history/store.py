"""The run in progress: facts and answers go to a private temporary database as they come, so that memory is bounded
by what is being worked on."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self, cast

from pal_agent.history.faults import translated
from pal_agent.history.packing import pack
from pal_agent.history.schema import INDEX, TABLES, key
from pal_agent.history.stored import StoredRows, Value
from pal_agent.model import (
    Counts,
    Finding,
    LinkState,
    Missing,
    RunHeader,
    Severity,
    State,
    Status,
    SubscriptionResult,
    TargetFacts,
    TargetResult,
    Tier,
)

_PRIVATE = ""  # SQLite's name for a temporary database that lives in memory and spills to a file nobody else sees
_RUN = 1
# Nothing of it outlives the process. 8 MiB stay in memory: most runs need no disk, so no writable folder either.
_TUNING = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -8192")
# One transaction from beginning to end: a row costs a third less than in one of its own, and nobody else reads.
_UNENDING = "BEGIN"
_AT_HAND = 2**20  # bytes of packed values that are kept as they came, too: seven times as much memory


class RunStore(StoredRows):
    """Takes facts and answers in any order and is then the `Run` that reports see. For one thread.

    The first thousands of values are not unpacked when they are asked for, but given out as they came.

    Adding a target, an answer or a finding again replaces the earlier one. `require` is the tier that `counts`
    counts subscriptions and resource groups by.
    """

    def __init__(self, *, require: Tier) -> None:
        connection = sqlite3.connect(_PRIVATE, isolation_level=None)
        super().__init__(connection, _RUN, "temporary storage")
        self._require = require
        self._header: RunHeader | None = None
        self._at_hand: dict[tuple[type, bytes], Any] = {}
        self._room = _AT_HAND
        for statement in (*_TUNING, *TABLES, INDEX, _UNENDING):
            connection.execute(statement)

    def add_target(self, facts: TargetFacts) -> None:
        """Takes the facts in; each subscription is kept by itself, for `sightings`."""
        target_key = (_RUN, *map(key, facts.target.key))
        seen = () if isinstance(facts.subscriptions, Missing) else facts.subscriptions
        alone = replace(facts, subscriptions=()) if seen else facts
        self._target_facts.cache_clear()
        self._execute("DELETE FROM subscription_fact WHERE run = ? AND credential = ? AND tenant = ?", *target_key)
        self._execute("INSERT OR REPLACE INTO target_fact VALUES (?, ?, ?, ?)", *target_key, self._packed(alone))
        for one in seen:
            self._execute(
                "INSERT OR REPLACE INTO subscription_fact VALUES (?, ?, ?, ?, ?)",
                *(_RUN, key(one.subscription_id), *target_key[1:], self._packed(one)),
            )

    def add_result(self, result: TargetResult | SubscriptionResult | Finding) -> None:
        match result:
            case TargetResult():
                self._add("target", *map(key, result.target.key), result.status.value, result.link.state.value, result)
            case SubscriptionResult():
                self._add("subscription", key(result.subscription_id), *self._states(result), result)
            case Finding():
                severity = "excepted" if result.excepted else result.severity.value
                keys = (key(result.id), key(result.credential), key(result.tenant_id), key(result.scope))
                message = result.message.encode("utf-8", "surrogatepass")
                self._add("finding", *keys, message, severity, result)

    def finish(self, header: RunHeader) -> None:
        """Says what the run was; before that there is no `header`. May be said again."""
        self._header = header

    @property
    def header(self) -> RunHeader:
        if self._header is None:
            raise RuntimeError("the run is not finished")
        return self._header

    @property
    def counts(self) -> Counts:
        groups = ", ".join(f"coalesce(sum(groups_{state}), 0)" for state in State)
        (found,) = self._rows(f"SELECT {groups} FROM subscription WHERE run = ?")  # noqa: S608 - our own words
        return Counts(
            targets=self._tally("target", "status", tuple(Status)),
            links=self._tally("target", "link", tuple(LinkState)),
            subscriptions=self._tally("subscription", "state", tuple(State)),
            resource_groups={state.value: number for state, number in zip(State, found, strict=True)},
            findings=self._tally("finding", "severity", (*Severity, "excepted")),
            kinds={id_.decode("utf-8", "surrogatepass"): number for id_, number in self._grouped("finding", "id")},
        )

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a table as they are stored, for `History.record`."""
        return self._rows(f"SELECT * FROM {table} WHERE run = ?")  # noqa: S608 - our own words

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the temporary storage."""
        self._connection.close()

    def _states(self, result: SubscriptionResult) -> tuple[str | int, ...]:
        groups = [group.tiers.of(self._require) for group in result.resource_groups]
        return (result.tiers.of(self._require).value, *map(groups.count, State))

    def _tally(self, table: str, column: str, words: tuple[str, ...]) -> dict[str, int]:
        found = dict(self._grouped(table, column))
        return {str(word): found.get(str(word), 0) for word in words}

    def _grouped(self, table: str, column: str) -> Iterator[tuple[Any, int]]:
        query = f"SELECT {column}, count(*) FROM {table} WHERE run = ? GROUP BY {column} ORDER BY {column}"  # noqa: S608
        return self._rows(query)

    def _add(self, table: str, *columns: bytes | str | int | TargetResult | SubscriptionResult | Finding) -> None:
        *keys, result = columns
        marks = ", ".join("?" * (len(columns) + 1))
        self._execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", _RUN, *keys, self._packed(result))  # noqa: S608

    def _packed(self, value: object) -> bytes:
        body = pack(value)
        if len(body) <= self._room:
            self._room -= len(body)
            self._at_hand[type(value), body] = value
        return body

    def _unpacked(self, kind: type[Value], body: bytes) -> Value:
        at_hand = self._at_hand.get((kind, body))
        return super()._unpacked(kind, body) if at_hand is None else cast("Value", at_hand)

    def _execute(self, statement: str, *arguments: Any) -> None:
        with translated(self._where):
            self._connection.execute(statement, arguments)
