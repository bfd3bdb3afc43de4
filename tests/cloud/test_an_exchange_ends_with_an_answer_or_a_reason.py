"""One question with the patience around it: what is put off, what is given up, and which reason is told."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.cloud import deadline
from pal_agent.cloud.exchange import OUT_OF_TIME, Exchange, Later
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.patience import Pace
from pal_agent.cloud.principal import Principal, Token
from pal_agent.cloud.quota import TooEarly
from pal_agent.model import Code, Missing, Reason, Target

AT_ONCE = Pace(base=1e-6, shortest=1e-9, longest=1e-6)
TARGET = Target(credential="one", tenant_id="t", client_id=None, expected_partner_id="5127255")
REFUSED = Failure(Code.UNREACHABLE, "No connection.", transient=True)
SILENT = Failure(Code.TIMEOUT, "No answer in time.", transient=True)
BROKEN = Failure(Code.UNAVAILABLE, "Broken.", status=503, transient=True)
GARBAGE = Failure(Code.BAD_RESPONSE, "Not JSON.", status=200, transient=True)
FORBIDDEN = Failure(Code.FORBIDDEN, "No.", status=403)


def throttled(seconds: float) -> Failure:
    return Failure(Code.THROTTLED, "Slow.", status=429, transient=True, retry_after=seconds, throttled=True)


def nobody(_: str | None) -> Token:
    raise AssertionError("nobody signs in here")


def principal(timeout: float = 30.0, pace: Pace = AT_ONCE) -> Principal:
    return Principal(TARGET, sign_in=nobody, timeout=timeout, pace=pace)


def asking(*failures: Failure) -> Callable[[], str]:
    """Fails in this order, then answers."""
    left: Iterator[Failure] = iter(failures)

    def ask() -> str:
        for failure in left:
            raise failure
        return "answer"

    return ask


def ended(exchange: Exchange[Any]) -> Any:
    """Attempts until it is decided; puts off nothing for longer than a moment."""
    for _ in range(200):
        answer = exchange.attempt()
        if not isinstance(answer, Later):
            return answer
        assert answer.moment - time.monotonic() < 0.01
        while time.monotonic() < answer.moment:
            pass
    raise AssertionError("no end")


def reason(answer: Any) -> tuple[Code, int | None]:
    assert isinstance(answer, Missing)
    return answer.reason.code, answer.reason.status


@pytest.mark.parametrize("failures", [[], [BROKEN], [REFUSED, SILENT, GARBAGE], [BROKEN] * 6])
def test_what_passes_is_answered(failures: list[Failure]) -> None:
    """Up to six failures of any passing kind."""
    assert ended(Exchange(principal(), asking(*failures))) == "answer"


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        ([FORBIDDEN], (Code.FORBIDDEN, 403)),
        ([BROKEN] * 7, (Code.UNAVAILABLE, 503)),
        ([GARBAGE] * 6 + [BROKEN], (Code.UNAVAILABLE, 503)),
        ([BROKEN] * 6 + [GARBAGE], (Code.BAD_RESPONSE, 200)),
        ([BROKEN] + [REFUSED] * 6, (Code.UNAVAILABLE, 503)),
        ([BROKEN] + [SILENT] * 6, (Code.UNAVAILABLE, 503)),
        ([REFUSED] * 7, (Code.UNREACHABLE, None)),
        ([SILENT] * 7, (Code.TIMEOUT, None)),
        ([REFUSED] * 6 + [SILENT], (Code.TIMEOUT, None)),
        ([BROKEN, FORBIDDEN], (Code.FORBIDDEN, 403)),
        ([throttled(3600)], (Code.THROTTLED, 429)),
        ([BROKEN, throttled(3600)], (Code.THROTTLED, 429)),
    ],
)
def test_the_reason_is_the_last_answers(failures: list[Failure], told: tuple[Code, int | None]) -> None:
    """A timeout or a lost connection is told only where there was no answer at all."""
    assert reason(ended(Exchange(principal(), asking(*failures)))) == told


@given(failures=st.lists(st.sampled_from([BROKEN, GARBAGE, REFUSED, SILENT, FORBIDDEN]), max_size=12))
def test_it_is_asked_seven_times_at_most(failures: list[Failure]) -> None:
    """And never again after a refusal."""
    asked = 0
    ask = asking(*failures)

    def counting() -> str:
        nonlocal asked
        asked += 1
        return ask()

    ended(Exchange(principal(), counting))
    final = failures.index(FORBIDDEN) + 1 if FORBIDDEN in failures else len(failures) + 1
    assert asked == min(7, final)


def test_out_of_time_nothing_is_asked() -> None:
    """And without an answer the reason is a timeout."""
    never: list[int] = []
    answer = Exchange(principal(timeout=0.0), lambda: never.append(1)).attempt()
    assert reason(answer) == (Code.TIMEOUT, None)
    assert never == []


def test_out_of_time_after_a_lost_connection_it_is_unreachable() -> None:
    """What was tried and came to nothing says more than the time."""
    one = principal()
    exchange = Exchange(one, asking(*[REFUSED] * 7))
    assert isinstance(exchange.attempt(), Later)
    one._deadline = time.monotonic()
    assert reason(exchange.attempt()) == (Code.UNREACHABLE, None)


def test_a_throttled_exchange_pauses_its_principal() -> None:
    """Every other exchange of that principal is put off until then, before it is asked at all."""
    one = principal()
    first = Exchange(one, asking(throttled(7)))
    later = first.attempt()
    assert isinstance(later, Later)
    never: list[int] = []
    second = Exchange(one, lambda: never.append(1))
    assert second.ready_at() == one.paused_until
    assert second.attempt() == Later(one.paused_until)
    assert never == []
    assert later.moment == pytest.approx(one.paused_until, abs=0.01)


def test_a_principal_paused_beyond_its_time_gives_up_at_once() -> None:
    """All its exchanges do, and say why."""
    one = principal()
    assert reason(Exchange(one, asking(throttled(3600))).attempt()) == (Code.THROTTLED, 429)
    second = Exchange(one, asking())
    assert second.ready_at() == 0.0
    answer = second.attempt()
    assert isinstance(answer, Missing)
    assert reason(answer) == (Code.THROTTLED, 429)
    assert "another 3600 s" in answer.reason.message or "another 3599 s" in answer.reason.message


@pytest.mark.parametrize("failure", [BROKEN, throttled(0.001), REFUSED, SILENT, GARBAGE, FORBIDDEN])
def test_what_may_go_out_once_is_not_repeated(failure: Failure) -> None:
    """A write is read back first; what comes next waits as the write would have."""
    one = principal(pace=Pace(base=5, shortest=4))
    answer = Exchange(one, asking(failure), once=True).attempt()
    assert reason(answer) == (failure.reason.code, failure.reason.status)
    paused = one.paused_until - time.monotonic()
    assert paused > 3 or failure.retry_after is not None or not failure.transient


def test_a_wait_that_is_too_long_is_told_with_its_length() -> None:
    """So that a person knows when to come back."""
    answer = Exchange(principal(), asking(throttled(3600))).attempt()
    assert isinstance(answer, Missing)
    assert "3600 s" in answer.reason.message


def test_the_attempt_knows_how_long_it_may_take() -> None:
    """What sockets ask for is the target's deadline, and nothing of it is left behind."""
    seen: list[float] = []
    Exchange(principal(timeout=5.0), lambda: seen.append(deadline.left())).attempt()
    assert 4.5 < seen[0] <= 5.0
    assert deadline.left() == deadline.READ_TIMEOUT


def test_out_of_time_is_said_in_one_way() -> None:
    """Whether the last try fell silent, or there was no time for one."""
    one = principal()
    exchange = Exchange(one, asking(*[SILENT] * 7))
    assert isinstance(exchange.attempt(), Later)
    one._deadline = time.monotonic()
    assert exchange.attempt() == Missing(reason=OUT_OF_TIME)


def test_a_refused_write_pauses_nobody() -> None:
    """There is nothing to wait for."""
    one = principal()
    Exchange(one, asking(FORBIDDEN), once=True).attempt()
    assert one.paused_until <= time.monotonic()


def test_silence_with_time_left_is_told_as_it_was() -> None:
    """Only silence to the very end is the target's time that was up."""
    pace = Pace(tries=1)
    answer = Exchange(principal(pace=pace, timeout=300), asking(SILENT)).attempt()
    assert answer == Missing(reason=SILENT.reason)

    one = principal(pace=pace, timeout=0.05)

    def silent() -> str:
        while time.monotonic() < one.deadline:
            pass
        raise SILENT

    assert Exchange(one, silent).attempt() == Missing(reason=OUT_OF_TIME)


def test_a_long_wait_is_told_in_words() -> None:
    """What Azure said, how long, and with its status."""
    answer = Exchange(principal(), asking(throttled(3600))).attempt()
    message = "Slow. Azure asks to wait 3600 s, longer than there is time."
    assert answer == Missing(reason=Reason(code=Code.THROTTLED, message=message, status=429))


def test_who_waits_for_what_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """For `-v`: the target, the reason, how long."""
    with caplog.at_level("INFO", logger="pal_agent"):
        Exchange(principal(pace=Pace(base=2, shortest=2, longest=2)), asking(BROKEN)).attempt()
    assert [record.getMessage() for record in caplog.records] == ["one@t: Broken. Again in 2.0 s."]


def test_what_is_too_early_is_put_off_as_long_as_it_says() -> None:
    """By the quota, not by a fault."""

    def early() -> str:
        raise TooEarly(7)

    exchange = Exchange(principal(), early)
    assert exchange.ready_at() == 0.0
    later = exchange.attempt()
    assert isinstance(later, Later)
    assert later.moment - time.monotonic() == pytest.approx(7, abs=0.5)
    assert exchange.ready_at() == later.moment
