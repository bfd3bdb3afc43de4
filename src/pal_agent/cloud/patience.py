"""When to try again, and when to give up. Pure: the clock and the random number are passed in."""

from dataclasses import dataclass

from pal_agent.cloud.failure import Failure

TRIES = 7  # with one call in twenty failing, 4 tries lose a target in every third large run, 7 one in 18,000
HINTED_TRIES = 30  # answers that name their own Retry-After are Azure's pace, not its fault
BASE = 0.4
LONGEST = 60.0
SHORTEST = 0.05


@dataclass
class Patience:
    """How often one exchange has been tried."""

    tries: int = 0
    hinted: int = 0

    def delay(self, failure: Failure, *, left: float, chance: float) -> float | None:
        """Seconds until the next try; None to give up. `left`: seconds to the deadline; `chance`: 0 to 1.

        Full jitter (AWS architecture blog, 2015), never zero; a Retry-After is kept to the second.
        """
        if not failure.transient:
            return None
        if failure.retry_after is not None and failure.throttled:
            self.hinted += 1
        else:
            self.tries += 1
        if self.tries >= TRIES or self.hinted >= HINTED_TRIES:
            return None
        delay = failure.retry_after
        if delay is None:
            ceiling = min(LONGEST, BASE * 2 ** (self.tries + self.hinted - 1))
            delay = SHORTEST + chance * (ceiling - SHORTEST)
        return delay if delay < left else None
