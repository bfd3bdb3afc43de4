"""Files that hold what signs in: read whole, but never for ever."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

LARGEST = 1024 * 1024


class NotRegularError(OSError):
    """A pipe that nobody writes to, or a device without an end, would hold the run."""


def opened(path: Path) -> BinaryIO:
    """A regular file, opened without blocking; raises `NotRegularError` for anything else, and OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    stream = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise NotRegularError(0, "it is not a regular file", str(path))
    return stream


def content(path: Path) -> bytes:
    """Raises OSError, also for what is no regular file or is larger than any key or token."""
    with opened(path) as stream:
        found = stream.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise OSError(0, "it is larger than any key or token", str(path))
    return found
