"""A run in tables: walked in the contract's order, one element at a time, as often as wanted."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from pal_agent.history.faults import translated
from pal_agent.history.packing import unpack
from pal_agent.history.schema import key
from pal_agent.model import (
    Counts,
    Finding,
    RunHeader,
    SubscriptionFacts,
    SubscriptionResult,
    TargetFacts,
    TargetResult,
)

Value = TypeVar("Value")
Sightings = tuple[str, list[tuple[TargetFacts, SubscriptionFacts]]]
_TARGETS_AT_HAND = 512  # decoded target facts kept while sightings are walked


class StoredRows:
    """What the working store and a recorded run have in common: the rows of run `number`. For one thread."""

    def __init__(self, connection: sqlite3.Connection, number: int, where: str) -> None:
        self._connection, self._number, self._where = connection, number, where
        self._target_facts = lru_cache(_TARGETS_AT_HAND)(self._read_target_facts)

    def targets(self) -> Iterator[TargetResult]:
        return self._walk(TargetResult, "SELECT body FROM target WHERE run = ? ORDER BY credential, tenant")

    def subscriptions(self) -> Iterator[SubscriptionResult]:
        return self._walk(SubscriptionResult, "SELECT body FROM subscription WHERE run = ? ORDER BY subscription")

    def findings(self) -> Iterator[Finding]:
        return self._walk(
            Finding, "SELECT body FROM finding WHERE run = ? ORDER BY id, credential, tenant, scope, message"
        )

    def target(self, target_key: tuple[str, str]) -> TargetResult | None:
        """One target by its `key`, without walking."""
        rows = self._rows(
            "SELECT body FROM target WHERE run = ? AND credential = ? AND tenant = ?", *map(key, target_key)
        )
        return next((self._unpacked(TargetResult, body) for (body,) in rows), None)

    def subscription(self, subscription_id: str) -> SubscriptionResult | None:
        """One subscription, without walking."""
        rows = self._rows("SELECT body FROM subscription WHERE run = ? AND subscription = ?", key(subscription_id))
        return next((self._unpacked(SubscriptionResult, body) for (body,) in rows), None)

    def facts(self) -> Iterator[TargetFacts]:
        """Every target's facts in report order, without its subscriptions: `()` or `Missing`."""
        return self._walk(TargetFacts, "SELECT body FROM target_fact WHERE run = ? ORDER BY credential, tenant")

    def whole_facts(self) -> Iterator[TargetFacts]:
        """Every target's facts in report order, as they were added."""
        for facts in self.facts():
            seen = tuple(self._subscription_facts(facts.target.key))
            yield replace(facts, subscriptions=seen) if seen else facts

    def sightings(self) -> Iterator[Sightings]:
        """Each subscription once, in the order of its lower-case ID, with all who saw it in report order; the
        target facts are as in `facts`."""
        rows = self._rows(
            "SELECT subscription, credential, tenant, body FROM subscription_fact WHERE run = ?"
            " ORDER BY subscription, credential, tenant"
        )
        for _, seen in groupby(rows, key=itemgetter(0)):
            sightings = [
                (self._target_facts(credential, tenant), self._unpacked(SubscriptionFacts, body))
                for _, credential, tenant, body in seen
            ]
            yield sightings[0][1].subscription_id, sightings

    def _subscription_facts(self, target_key: tuple[str, str]) -> Iterator[SubscriptionFacts]:
        """Left to itself, SQLite would read the whole run in the order that is wanted, for each target."""
        rows = self._rows(
            "SELECT body FROM subscription_fact INDEXED BY seen_by"
            " WHERE run = ? AND credential = ? AND tenant = ? ORDER BY subscription",
            *map(key, target_key),
        )
        return (self._unpacked(SubscriptionFacts, body) for (body,) in rows)

    def _read_target_facts(self, credential: bytes, tenant: bytes) -> TargetFacts:
        query = "SELECT body FROM target_fact WHERE run = ? AND credential = ? AND tenant = ?"
        (body,) = next(self._rows(query, credential, tenant))
        return self._unpacked(TargetFacts, body)

    def _walk(self, kind: type[Value], query: str) -> Iterator[Value]:
        return (self._unpacked(kind, body) for (body,) in self._rows(query))

    def _rows(self, query: str, *arguments: bytes) -> Iterator[tuple[Any, ...]]:
        with translated(self._where):
            yield from self._connection.execute(query, (self._number, *arguments))

    def _unpacked(self, kind: type[Value], body: bytes) -> Value:
        with translated(self._where):
            return unpack(kind, body)


class RecordedRun(StoredRows):
    """A run as the history keeps it; usable while the history is open."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        number: int,
        where: str,
        *,
        header: RunHeader,
        counts: Counts,
        has_facts: bool,
    ) -> None:
        super().__init__(connection, number, where)
        self.number, self.has_facts = number, has_facts
        self._header, self._counts = header, counts

    @property
    def header(self) -> RunHeader:
        return self._header

    @property
    def counts(self) -> Counts:
        return self._counts
