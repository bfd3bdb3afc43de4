"""One apply at a time for a history. The lock is the operating system's and ends with its holder, however that ends."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pal_agent.errors import AgentError, Refused

NAME, HOLDER = "apply.lock", "apply.lock.holder"


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Raises Refused, naming the holder, when another apply is at work."""
    lock = _taken(directory)
    try:
        yield
    finally:
        (directory / HOLDER).unlink(missing_ok=True)
        lock.release()


def _taken(directory: Path) -> FileLock:
    lock = FileLock(directory / NAME, timeout=0, mode=0o600)
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire()
        _write_holder(directory / HOLDER)
    except Timeout as error:
        raise Refused(
            f"another apply is at work: {_holder(directory / HOLDER)}. Nothing was written",
            where=str(directory / NAME),
            mend="Wait for it to end, or end it.",
        ) from error
    except OSError as error:
        lock.release()
        mend = "apply needs a folder for its lock and journal; see history.path in the configuration."
        raise AgentError(f"can't be written to: {error.strerror}", where=str(directory), mend=mend) from error
    return lock


def _write_holder(path: Path) -> None:
    """Written beside and moved into place: whoever reads it sees all of it."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps({"pid": os.getpid(), "command": " ".join(sys.argv[1:2])}), encoding="utf-8")
    beside.replace(path)


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return f"process {int(json.loads(path.read_text(encoding='utf-8'))['pid'])}"
    return "a process that has just started"
