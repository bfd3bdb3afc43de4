"""Azure's published budgets, kept by ourselves, so that a run slows down before Azure refuses. Pure: no clock in here.

Token buckets for each principal, by kind of operation, at a subscription's scope and at the tenant's; a region's own
split of them is not known in advance, but the remaining-quota headers tell. Source: learn.microsoft.com, "Understand
how Azure Resource Manager throttles requests", 2025.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Operation = Literal["reads", "writes", "deletes"]
_SUBSCRIPTION = re.compile(r"https?://[^/?#]+/subscriptions/([^/?#]+)/", re.IGNORECASE)
_OPERATIONS: dict[str, Operation] = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """`burst` requests at once, refilled at so many a second."""

    burst: float
    refill: float


READS, WRITES = Rate(burst=250, refill=25), Rate(burst=200, refill=10)
PUBLISHED: Mapping[Operation, Rate] = {"reads": READS, "writes": WRITES, "deletes": WRITES}


class TooEarly(Exception):
    """Sending now would overdraw a budget, so nothing was sent; there is something left in so many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.3f} s too early")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Budget:
    """What a request is counted against; `subscription` is None at the tenant's scope."""

    operation: Operation
    subscription: str | None

    @property
    def header(self) -> str:
        """Where Azure tells what is left of it."""
        place = "tenant" if self.subscription is None else "subscription"
        return f"x-ms-ratelimit-remaining-{place}-{self.operation}"


def budget_of(method: str, url: str) -> Budget:
    found = _SUBSCRIPTION.match(url)
    return Budget(_OPERATIONS.get(method.upper(), "writes"), found and found[1].lower())


@dataclass(slots=True)
class Bucket:
    """What is left of a budget at the moment `at`."""

    rate: Rate
    left: float
    at: float

    def take(self, now: float) -> float:
        """0.0 when one was taken, else the seconds until there is one to take."""
        self._refill(now)
        if self.left < 1:
            return (1 - self.left) / self.rate.refill
        self.left -= 1
        return 0.0

    def told(self, remaining: float, now: float) -> None:
        """Azure knows better when it says less: somebody else may draw on the same budget."""
        self._refill(now)
        self.left = min(self.left, remaining)

    def _refill(self, now: float) -> None:
        """Answers of several threads arrive out of order; time never runs backwards here."""
        self.left = min(self.rate.burst, self.left + max(0.0, now - self.at) * self.rate.refill)
        self.at = max(self.at, now)


class Quota:
    """The buckets of one principal, each full at first. Safe to use from many threads; times are monotonic seconds."""

    def __init__(self, rates: Mapping[Operation, Rate] = PUBLISHED) -> None:
        self._rates = rates
        self._buckets: dict[Budget, Bucket] = {}
        self._lock = threading.Lock()

    def take(self, budget: Budget, now: float) -> None:
        """Raises `TooEarly`."""
        with self._lock:
            seconds = self._bucket(budget, now).take(now)
        if seconds:
            raise TooEarly(seconds)

    def told(self, budget: Budget, headers: Mapping[str, str], now: float) -> None:
        """What the headers of an answer say is left; anything but a plain number says nothing."""
        remaining = headers.get(budget.header) or ""
        if re.fullmatch(r"[0-9]{1,9}", remaining, re.ASCII):
            with self._lock:
                self._bucket(budget, now).told(float(remaining), now)

    def _bucket(self, budget: Budget, now: float) -> Bucket:
        if budget not in self._buckets:
            rate = self._rates[budget.operation]
            self._buckets[budget] = Bucket(rate=rate, left=rate.burst, at=now)
        return self._buckets[budget]
