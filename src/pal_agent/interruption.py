"""SIGINT and SIGTERM: the first lets what has started finish, the second ends the run at once."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType

from pal_agent.errors import ExitCode

CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class Ended(BaseException):
    """The second signal. Like KeyboardInterrupt, nothing on the way out takes it for an error."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__(code)
        self.code = code


class Interruption:
    """Whether the run was asked to stop, and with which exit code it then ends."""

    def __init__(self) -> None:
        self.code: ExitCode | None = None
        self._stop: Callable[[], None] | None = None

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Inside, a signal also calls `stop`, which must not block."""
        self._stop = stop
        if self.code is not None:
            stop()
        try:
            yield
        finally:
            self._stop = None

    def ask(self) -> None:
        """As the first signal would, in silence."""
        self.code = self.code or ExitCode.INTERRUPTED
        if self._stop is not None:
            self._stop()

    def wait(self, seconds: float, announce: Callable[[], None]) -> None:
        """Returns after that time, or at a signal. Announces it once a signal would end it. For the main thread."""
        bell: SimpleQueue[None] = SimpleQueue()  # the one lock that a signal handler may take
        with self.stopping(lambda: bell.put(None)), suppress(Empty):
            announce()
            bell.get(timeout=seconds)

    @contextmanager
    def listening(self) -> Iterator["Interruption"]:
        """Takes the signals over; for the main thread."""
        before = {number: signal.signal(number, self._handle) for number in CODES}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self.code is not None:
            raise Ended(self.code)
        self.code = CODES[signal.Signals(number)]
        if self._stop is None:
            raise Ended(self.code)
        sys.stderr.write("\nStopping: what has started finishes, nothing new starts. Again to end at once.\n")
        self._stop()
