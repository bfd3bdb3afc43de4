"""One question to Azure with the patience around it: tried until it is answered, refused, or out of time."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pal_agent.cloud import deadline
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.patience import Patience
from pal_agent.cloud.principal import Principal, paused
from pal_agent.cloud.quota import TooEarly
from pal_agent.model import Code, Missing, Reason

T = TypeVar("T")
log = logging.getLogger("pal_agent")
OUT_OF_TIME = Reason(code=Code.TIMEOUT, message="No answer before the target's time was up (gather.timeout).")


@dataclass(frozen=True)
class Later:
    """Not answered yet: to be attempted again at `moment` of the monotonic clock. The thread is free until then."""

    moment: float


class Exchange(Generic[T]):
    """`ask` makes one attempt and returns the answer or raises `Failure`; it may keep what it has got so far.

    A `once` exchange is never repeated: a write must be read back before it may be sent again.
    """

    def __init__(self, principal: Principal, ask: Callable[[], T], *, once: bool = False) -> None:
        self.principal = principal
        self.ask = ask
        self._once = once
        self._patience = Patience(principal.pace)
        self._again_at = 0.0
        self._last_answer: Reason | None = None
        self._last_failure: Reason | None = None

    def ready_at(self) -> float:
        """When the next attempt makes sense; at once where only giving up is left."""
        moment = max(self._again_at, self.principal.paused_until)
        return 0.0 if moment >= self.principal.deadline else moment

    def attempt(self) -> T | Missing | Later:
        limit, now, paused_until = self.principal.deadline, time.monotonic(), self.principal.paused_until
        if paused_until >= limit:
            return Missing(reason=self._last_answer or paused(paused_until - now).reason)
        if now >= limit:
            return Missing(reason=self._last_answer or self._last_failure or OUT_OF_TIME)
        if paused_until > now:
            return Later(paused_until)
        try:
            with deadline.until(limit):
                return self.ask()
        except TooEarly as early:  # nothing was sent: this is no try
            self._again_at = now + early.seconds
            return Later(self._again_at)
        except Failure as failure:
            return self._weigh(failure, limit - time.monotonic())

    def _weigh(self, failure: Failure, left: float) -> Missing | Later:
        if failure.answered:
            self._last_answer = failure.reason
        self._last_failure = OUT_OF_TIME if failure.reason.code is Code.TIMEOUT else failure.reason
        delay = self._patience.delay(failure, left=left, chance=random.random())  # noqa: S311 - jitter
        if failure.throttled or self._once:  # what follows a write, its reading too, waits as the write would
            self.principal.pause(delay if delay is not None else failure.retry_after or 0.0)
        if delay is None or self._once:
            return Missing(reason=self._verdict(failure, left))
        log.info("%s: %s Again in %.1f s.", self.principal.target.label, failure.reason.message, delay)
        self._again_at = time.monotonic() + delay
        return Later(self._again_at)

    def _verdict(self, failure: Failure, left: float) -> Reason:
        if failure.retry_after is not None and failure.retry_after >= left:
            message = (
                f"{failure.reason.message} Azure asks to wait {failure.retry_after:.0f} s, longer than there is time."
            )
            return Reason(code=Code.THROTTLED, message=message, status=failure.reason.status)
        if left <= 0 and failure.reason.code is Code.TIMEOUT:
            return self._last_answer or OUT_OF_TIME
        return self._last_answer or failure.reason
