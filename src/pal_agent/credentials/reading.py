"""Files that hold what signs in: read whole, but never for ever."""

import os
import stat
from pathlib import Path

LARGEST = 1024 * 1024


def content(path: Path) -> bytes:
    """Raises OSError, also for what is no regular file (a pipe that nobody writes to, a device without an end) or is
    larger than any key or token."""
    # Opened without blocking, for the same reason.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file", str(path))
        found = stream.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise OSError(0, "it is larger than any key or token", str(path))
    return found
