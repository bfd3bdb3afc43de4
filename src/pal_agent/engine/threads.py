"""Runs many conversations on one bounded pool of threads.

A conversation is a generator that yields batches of exchanges (see `gather`). Its exchanges run side by side; one that
must wait (`Later`) is put back and its thread taken by other work, so nobody sleeps in a thread. A few conversations
for each thread are open at a time, whatever their number; those with the fewest batches behind them come first, so that
what is left in the end is wide and not a long chain. While others are open, waiting ones too, one conversation gets at
most three quarters of the threads, so that one that hangs can't stop the rest.
"""

import heapq
import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from pal_agent.engine import nothing

T = TypeVar("T")

AHEAD_PER_JOB = 1  # conversations that are open for each thread, before others are gone on with
OPEN_PER_JOB = 32  # that may be open (waiting, mostly)
BACKLOG = 256  # results that may wait for the caller before the threads pause
IDLE = 5.0


class Task(Protocol):
    """One exchange. `attempt` returns the answer, or a `Later` when it is to be tried again."""

    def ready_at(self) -> float: ...
    def attempt(self) -> Any: ...


class Later(Protocol):
    """`moment` of the monotonic clock."""

    @property
    def moment(self) -> float: ...


Conversation = Generator[tuple[Task, ...], tuple[Any, ...], T]


@dataclass(eq=False)
class _Open(Generic[T]):
    """A started conversation, the batch it waits for, and which of that may be attempted now. `batches`: so far."""

    number: int
    conversation: Conversation[T]
    batches: int = 0
    batch: tuple[Task, ...] = ()
    answers: list[Any] = field(default_factory=list)
    ready: deque[int] = field(default_factory=deque)  # places in the batch
    unanswered: int = 0
    running: int = 0


class Pool(Generic[T]):
    """Runs conversations and hands out (number, result) as they finish, in any order.

    `stop()` starts no further conversation; those that have started finish. A bug in a conversation ends the run and
    is raised where the results are taken.
    """

    def __init__(self, conversations: Iterable[Conversation[T]], *, jobs: int, later: type[Later]) -> None:
        self._unstarted = enumerate(conversations)
        self._jobs, self._later = jobs, later
        self._share = max(1, jobs * 3 // 4)
        self._open: dict[int, _Open[T]] = {}
        self._ready: list[tuple[int, int]] = []  # heap of open ones with something ready: their batches and numbers
        self._waiting: list[tuple[float, int, _Open[T], int]] = []
        self._ties = itertools.count()
        self._changed = threading.Condition()
        self._results: queue.Queue[tuple[int, T] | BaseException | None] = queue.Queue(BACKLOG)
        self._stopped = self._exhausted = False

    def stop(self) -> None:
        """Start nothing new. May be called from a signal handler: takes no lock."""
        self._stopped = True

    def run(self, meanwhile: Callable[[], None] = nothing) -> Iterator[tuple[int, T]]:
        """`meanwhile` is done by the caller's thread once the others have begun."""
        threads = [threading.Thread(target=self._work, name=f"job-{n}", daemon=True) for n in range(self._jobs)]
        for thread in threads:
            thread.start()
        meanwhile()
        alive = len(threads)
        while alive:
            result = self._results.get()
            if result is None:
                alive -= 1
            elif isinstance(result, BaseException):
                self._stopped = True
                raise result
            else:
                yield result

    def _work(self) -> None:
        try:
            while (step := self._next()) is not None:
                step()
        except BaseException as bug:  # noqa: BLE001 - handed to whoever takes the results
            self._results.put(bug)
        self._results.put(None)

    def _next(self) -> Callable[[], None] | None:
        """What this thread should do now; waits until there is something; None when all is done."""
        with self._changed:
            while True:
                self._wake()
                step = (
                    self._start(self._jobs * AHEAD_PER_JOB)
                    or self._take(self._share)
                    or self._start(self._jobs * OPEN_PER_JOB)
                    or self._take_as_the_last()
                )
                if step is not None:
                    return step
                if not self._open and (self._exhausted or self._stopped):
                    self._changed.notify_all()
                    return None
                self._changed.wait(self._pause())

    def _wake(self) -> None:
        """Moves what is due from waiting to ready."""
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, owner, place = heapq.heappop(self._waiting)
            self._make_ready(owner, (place,))

    def _pause(self) -> float:
        """Seconds until something is due."""
        return max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else IDLE

    def _take(self, share: int) -> Callable[[], None] | None:
        """The first exchange that may be attempted, of a conversation with less than `share` of the threads."""
        busy: list[tuple[int, int]] = []
        try:
            while self._ready:
                owner = self._open[self._ready[0][1]]
                if owner.running >= share:
                    busy.append(heapq.heappop(self._ready))
                    continue
                place = owner.ready.popleft()
                if not owner.ready:
                    heapq.heappop(self._ready)
                moment = owner.batch[place].ready_at()
                if moment <= time.monotonic():
                    owner.running += 1
                    return partial(self._attempt, owner, place)
                self._wait(owner, place, moment)
            return None
        finally:
            for one in busy:
                heapq.heappush(self._ready, one)

    def _make_ready(self, owner: _Open[T], places: Iterable[int]) -> None:
        if not owner.ready:
            heapq.heappush(self._ready, (owner.batches, owner.number))
        owner.ready.extend(places)

    def _take_as_the_last(self) -> Callable[[], None] | None:
        """All threads for the one conversation that is left."""
        return self._take(self._jobs) if len(self._open) == 1 else None

    def _wait(self, owner: _Open[T], place: int, moment: float) -> None:
        heapq.heappush(self._waiting, (moment, next(self._ties), owner, place))

    def _start(self, most_open: int) -> Callable[[], None] | None:
        if self._stopped or self._exhausted or len(self._open) >= most_open:
            return None
        fresh = next(self._unstarted, None)
        if fresh is None:
            self._exhausted = True
            return None
        number, conversation = fresh
        self._open[number] = _Open(number=number, conversation=conversation)
        return partial(self._advance, self._open[number], None)

    def _attempt(self, owner: _Open[T], place: int) -> None:
        answer = owner.batch[place].attempt()
        with self._changed:
            owner.running -= 1
            if isinstance(answer, self._later):
                self._wait(owner, place, answer.moment)
                self._changed.notify()
                return
            owner.answers[place] = answer
            owner.unanswered -= 1
            if owner.unanswered:
                return
        self._advance(owner, tuple(owner.answers))

    def _advance(self, owner: _Open[T], answers: tuple[Any, ...] | None) -> None:
        """Lets the conversation go on, up to its next batch or its end."""
        try:
            batch = next(owner.conversation) if answers is None else owner.conversation.send(answers)
            while not batch:
                batch = owner.conversation.send(())
        except StopIteration as ended:
            self._results.put((owner.number, ended.value))
            with self._changed:
                del self._open[owner.number]
                if len(self._open) == 1:
                    self._changed.notify_all()  # the last one may have all threads
            return
        with self._changed:
            owner.batch, owner.answers = batch, [None] * len(batch)
            owner.batches += 1
            owner.unanswered = len(batch)
            self._make_ready(owner, range(len(batch)))
            self._changed.notify(len(batch) - 1)  # this thread comes for one itself
