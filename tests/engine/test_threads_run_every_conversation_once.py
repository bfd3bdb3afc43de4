"""The engine: every conversation is answered in order, whatever the number of threads, and nobody waits for others."""

import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent.engine.threads import IDLE, Pool


@dataclass(frozen=True)
class Later:
    moment: float


@dataclass
class Piece:
    """Answers `value` after being put off `put_off` times; `until` holds it back from the start."""

    value: object
    put_off: int = 0
    until: float = 0.0
    wait_for: threading.Event | None = None
    attempts: list[float] = field(default_factory=list)

    def ready_at(self) -> float:
        return self.until

    def attempt(self) -> Any:
        self.attempts.append(time.monotonic())
        if self.wait_for is not None:
            assert self.wait_for.wait(10)
        if len(self.attempts) <= self.put_off:
            return Later(time.monotonic() + 0.001)
        return self.value


def conversation(batches: list[list[Piece]]) -> Generator[tuple[Piece, ...], tuple[Any, ...], list[Any]]:
    answers: list[Any] = []
    for batch in batches:
        answers.append((yield tuple(batch)))  # noqa: PERF401 - a comprehension can't yield
    return answers


def run(conversations: list[Any], jobs: int) -> dict[int, Any]:
    return dict(Pool(conversations, jobs=jobs, later=Later).run())


@settings(deadline=None, max_examples=40)
@given(
    shape=st.lists(st.lists(st.lists(st.integers(0, 2), max_size=4), max_size=3), max_size=8),
    jobs=st.integers(1, 9),
)
def test_answers_come_in_the_order_of_the_questions(shape: list[list[list[int]]], jobs: int) -> None:
    """However many threads, and however often a question is put off."""
    conversations = [
        conversation(
            [[Piece((n, b, p), put_off=put_off) for p, put_off in enumerate(batch)] for b, batch in enumerate(one)]
        )
        for n, one in enumerate(shape)
    ]
    expected = {
        n: [tuple((n, b, p) for p in range(len(batch))) for b, batch in enumerate(one)] for n, one in enumerate(shape)
    }
    assert run(conversations, jobs) == expected


def test_a_question_that_must_wait_frees_its_thread() -> None:
    """One thread is enough: while one waits, the others are answered."""
    waiting = Piece("late", until=time.monotonic() + 0.2)
    quick = [Piece(n) for n in range(5)]
    order = [
        number for number, _ in Pool([conversation([[one]]) for one in [waiting, *quick]], jobs=1, later=Later).run()
    ]
    assert order == [1, 2, 3, 4, 5, 0]
    assert waiting.attempts[0] >= waiting.until


def test_what_must_wait_is_taken_when_it_is_due() -> None:
    """And not when the threads would look around anyway, with nothing else to do."""
    waiting = Piece("late", until=time.monotonic() + 0.05)
    assert run([conversation([[waiting]])], jobs=2) == {0: [("late",)]}
    assert waiting.until <= waiting.attempts[0] < waiting.until + IDLE / 2


def test_the_last_conversation_may_have_all_threads() -> None:
    """Threads that were idle while its share was all taken come to help when it is the last one left."""
    release, together = threading.Event(), threading.Barrier(8, timeout=IDLE / 2)

    @dataclass
    class Meeting(Piece):
        def attempt(self) -> Any:
            together.wait()
            return self.value

    first = conversation([[Piece("first", wait_for=release)]])
    last = conversation([[Meeting(n) for n in range(8)]])
    results = Pool([first, last], jobs=8, later=Later).run()
    threading.Timer(0.05, release.set).start()
    assert dict(results) == {0: [("first",)], 1: [tuple(range(8))]}


def test_one_conversation_leaves_threads_to_the_others() -> None:
    """Four threads, one conversation whose eight questions all hang: the others are done while it hangs."""
    release = threading.Event()
    hanging = conversation([[Piece(n, wait_for=release) for n in range(8)]])
    others = [conversation([[Piece(n)]]) for n in range(20)]
    results = Pool([hanging, *others], jobs=4, later=Later).run()
    first = [next(results)[0] for _ in range(20)]
    assert sorted(first) == list(range(1, 21))
    release.set()
    assert [number for number, _ in results] == [0]


def test_few_conversations_are_open_at_a_time() -> None:
    """Started ones are finished before new ones are begun, so memory is that of the work in hand."""
    started: list[int] = []
    done: list[int] = []
    most = 0

    def numbered(number: int) -> Generator[tuple[Piece, ...], tuple[Any, ...], int]:
        nonlocal most
        started.append(number)
        yield (Piece(1), Piece(2))
        yield (Piece(3),)
        done.append(number)
        most = max(most, len(started) - len(done))
        return number

    run([numbered(n) for n in range(200)], jobs=4)
    assert len(done) == 200
    assert most <= 8


def test_after_stop_nothing_starts_and_what_has_started_finishes() -> None:
    """The promise to whoever presses Ctrl-C once."""
    pool = Pool((conversation([[Piece(n)], [Piece(n)]]) for n in range(1000)), jobs=2, later=Later)
    finished = []
    for number, answers in pool.run():
        finished.append(number)
        assert len(answers) == 2
        pool.stop()
    assert 1 <= len(finished) < 600


def test_a_bug_in_a_conversation_reaches_the_caller() -> None:
    """It ends the run with its traceback; it is no target's fault."""

    def broken() -> Generator[tuple[Piece, ...], tuple[Any, ...], None]:
        yield (Piece(1),)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([broken(), *(conversation([[Piece(n)]]) for n in range(10))], jobs=3)


def test_a_conversation_without_questions_is_a_result_too() -> None:
    """Nothing to ask is no reason to hang."""
    assert run([conversation([]), conversation([[], []])], jobs=2) == {0: [], 1: [(), ()]}


def test_what_is_left_in_the_end_is_wide() -> None:
    """Of two open conversations the one that has come less far goes first, so no chain of batches is left over."""
    asked: list[str] = []

    @dataclass
    class Noted(Piece):
        def attempt(self) -> Any:
            asked.append(str(self.value))
            return self.value

    due = time.monotonic() + 0.05
    further = conversation([[Noted("a1")], [Noted("a2", until=due)], [Noted("a3")]])
    behind = conversation([[Noted("b1", until=due)], [Noted("b2")], [Noted("b3")]])
    run([further, behind], jobs=1)
    assert asked == ["a1", "b1", "a2", "b2", "a3", "b3"]
