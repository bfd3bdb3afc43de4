"""Resource Manager's token buckets: per principal, kind of operation, and subscription or tenant."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pal_agent.sim.estate import Throttle

Kind = Literal["reads", "writes", "deletes"]
KINDS: dict[str, Kind] = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    blocked_until: float = field(default=0.0)


class Quotas:
    """Buckets that refill with time."""

    def __init__(self, *, throttle: Throttle, clock: Callable[[], float]) -> None:
        self._throttle = throttle
        self._clock = clock
        self._buckets: dict[tuple[str, str, Kind], _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, *, principal: str, place: str, kind: Kind) -> tuple[int, int]:
        """Takes one: what is left, and for how many seconds the caller must wait (0: go on).

        A request that comes before its wait is over is not carried out and earns a new one.
        """
        size, refill = self._size(kind)
        now = self._clock()
        with self._lock:
            bucket = self._buckets.setdefault((principal, place, kind), _Bucket(left=size, at=now))
            bucket.left = min(size, bucket.left + max(0.0, now - bucket.at) * refill)
            bucket.at = now
            if self._throttle.enforced and (bucket.left < 1 or now < bucket.blocked_until):
                wait = max(1, math.ceil((1 - bucket.left) / refill))
                bucket.blocked_until = now + wait
                return 0, wait
            bucket.left = max(0.0, bucket.left - 1)
            return int(bucket.left), 0

    def _size(self, kind: Kind) -> tuple[int, float]:
        if kind == "reads":
            return self._throttle.reads, self._throttle.reads_refill
        return self._throttle.writes, self._throttle.writes_refill
