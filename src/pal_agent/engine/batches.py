"""Batches of work on executors that share no memory with us: processes of this machine, or a Dask cluster.

Both stand behind the face of `concurrent.futures`. A batch lost with its worker is done again; that is harmless, for
only reading is ever sent away.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from pal_agent.engine import nothing
from pal_agent.errors import AgentError

B = TypeVar("B")
T = TypeVar("T")

CLIENTS = (
    *("azure.identity", "azure.mgmt.managementpartner"),
    *("azure.mgmt.resource.resources", "azure.mgmt.resource.subscriptions"),
)
TRIES = 3


_flag: Any = None  # on a worker: a byte that it shares with the process that sends it batches


def is_stopped() -> bool:
    """Whether whoever sent the batch that this process works on wants no more."""
    return _flag is not None and bool(_flag.value)


def _begin(flag: Any) -> None:
    """On a worker. Ctrl-C reaches it too, but it is told by the flag."""
    global _flag  # noqa: PLW0603 - what a process is told at its start has no other place
    _flag = flag
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Batches:
    """Runs a function over batches and hands out results as they come. `stop()` sends no further batch."""

    def __init__(self, executor: Executor, workers: int, *, tell: Callable[[], None] = nothing) -> None:
        self._executor, self._tell = executor, tell
        self.workers = workers
        self._most = workers + 1 + workers // 4  # few are sent ahead: what was sent is not taken back
        self._stopped = False

    def stop(self) -> None:
        """Sends no further batch, and tells those who work on one. May be called from a signal handler."""
        self._stopped = True
        self._tell()

    def run(self, function: Callable[[B], T], batches: Sequence[B]) -> Iterator[T]:
        """Raises what `function` raises when it does so `TRIES` times for one batch."""
        left = [(batch, TRIES) for batch in reversed(batches)]
        under_way: dict[Future[T], tuple[B, int]] = {}
        while under_way or (left and not self._stopped):
            while left and len(under_way) < self._most and not self._stopped:
                batch, tries = left.pop()
                under_way[self._executor.submit(function, batch)] = batch, tries - 1
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                batch, tries = under_way.pop(future)
                error = future.exception()
                if error is None:
                    yield future.result()
                elif tries:
                    left.append((batch, tries))
                else:
                    raise error


@contextmanager
def processes(workers: int) -> Iterator[Batches]:
    """This machine's cores. Never forked from this process: nothing of it, no secret either, is in theirs. Where there
    can be a server to fork from, it imports once for all what they need, while this process does its own imports."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    context.set_forkserver_preload(["pal_agent.work", *CLIENTS])
    flag = context.RawValue("b", 0)  # no lock: a signal handler writes it
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(flag,)) as executor:
        for _ in range(workers):
            executor.submit(os.getpid)  # so that they start at once
        yield Batches(executor, workers, tell=partial(setattr, flag, "value", 1))


@contextmanager
def dask(scheduler: str) -> Iterator[Batches]:
    """A Dask cluster that is running already; pal-agent must be installed on its workers."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise AgentError("--engine dask needs the package distributed", mend="pip install 'pal-agent[dask]'") from error
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise AgentError("the Dask scheduler can't be reached", where=scheduler) from error
    with client:
        workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        yield Batches(client.get_executor(pure=False), workers)  # type: ignore[no-untyped-call]
