"""When to try again, and when to give up. Pure: the clock and the random number are passed in."""

from dataclasses import dataclass, field

from pal_agent.cloud.failure import Failure


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to try, and how long to wait in between; times are in seconds.

    With one call in twenty failing, 4 tries lose a target in every third large run, 7 one in 18,000. Answers that name
    their own Retry-After are Azure's pace and not its fault: they are counted by themselves.
    """

    tries: int = 7
    hinted_tries: int = 30
    base: float = 0.4
    longest: float = 60.0
    shortest: float = 0.05


@dataclass
class Patience:
    """How often one exchange has been tried."""

    pace: Pace = field(default_factory=Pace)
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
        if self.tries >= self.pace.tries or self.hinted >= self.pace.hinted_tries:
            return None
        delay = failure.retry_after
        if delay is None:
            ceiling = min(self.pace.longest, self.pace.base * 2 ** (self.tries + self.hinted - 1))
            delay = self.pace.shortest + chance * (ceiling - self.pace.shortest)
        return delay if delay < left else None
