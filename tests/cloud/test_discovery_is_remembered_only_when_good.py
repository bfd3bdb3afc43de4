"""Endpoints: asked for once, whoever wants them, and nobody waits for another's answer beyond the own deadline."""

import threading
import time
from typing import Any, cast

import pytest

from pal_agent.cloud import deadline
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.policies import Endpoints, Response
from pal_agent.model import Code

ANSWER = cast("Response", object())


def failing() -> Any:
    raise Failure(Code.UNAVAILABLE, "Not now.", status=503, transient=True)


def test_it_is_asked_for_once() -> None:
    """However many threads want it at the same time."""
    endpoints, asked, got = Endpoints(), list[int](), list[object]()
    go = threading.Event()

    def ask() -> Response:
        asked.append(1)
        assert go.wait(5)
        return ANSWER

    threads = [threading.Thread(target=lambda: got.append(endpoints.answer("u", ask))) for _ in range(6)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert (asked, got) == ([1], [ANSWER] * 6)


def test_a_failure_is_not_remembered() -> None:
    """The next one asks again."""
    endpoints = Endpoints()
    with pytest.raises(Failure):
        endpoints.answer("u", failing)
    assert endpoints.answer("u", lambda: ANSWER) is ANSWER


def test_nobody_waits_beyond_the_own_deadline() -> None:
    """Where another target's question hangs."""
    endpoints, asking, release = Endpoints(), threading.Event(), threading.Event()

    def hang() -> Response:
        asking.set()
        assert release.wait(10)
        return ANSWER

    holder = threading.Thread(target=lambda: endpoints.answer("u", hang))
    holder.start()
    assert asking.wait(5)
    try:
        started = time.monotonic()
        with deadline.until(started + 0.05), pytest.raises(Failure) as caught:
            endpoints.answer("u", lambda: ANSWER)
        assert time.monotonic() - started < 5
        assert (caught.value.reason.code, caught.value.transient) == (Code.TIMEOUT, True)
        assert caught.value.reason.message == "No answer in time."
    finally:
        release.set()
        holder.join()


def test_what_is_remembered_is_bounded() -> None:
    """The latest few hundred tenants; one forgotten is asked for again."""
    endpoints, asked = Endpoints(), list[str]()

    def ask(url: str) -> Response:
        asked.append(url)
        return ANSWER

    for number in range(Endpoints.KEPT + 10):
        endpoints.answer(str(number), lambda url=str(number): ask(url))
    endpoints.answer(str(Endpoints.KEPT + 9), lambda: ask("again"))
    assert "again" not in asked
    endpoints.answer("0", lambda: ask("again"))
    assert "again" in asked
    assert len(endpoints._asking) == Endpoints.KEPT
