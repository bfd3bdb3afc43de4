"""How long the exchange on this thread may still take. Sockets ask it before every read (see `session.py`)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

READ_TIMEOUT = 60.0
CONNECT_TIMEOUT = 10.0

_current = threading.local()


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Everything this thread sends and reads inside ends at `moment` (of the monotonic clock)."""
    before = getattr(_current, "moment", None)
    _current.moment = moment
    try:
        yield
    finally:
        _current.moment = before


def left() -> float:
    """Seconds left on this thread; never negative, at most `READ_TIMEOUT` where nothing was set."""
    moment = getattr(_current, "moment", None)
    return READ_TIMEOUT if moment is None else max(0.0, moment - time.monotonic())
