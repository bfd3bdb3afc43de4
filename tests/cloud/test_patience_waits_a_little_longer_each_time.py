"""When to try again: full jitter, never at once, Azure's own pace to the second, and an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.cloud.failure import Failure
from pal_agent.cloud.patience import Pace, Patience
from pal_agent.model import Code

LONG = 1e9
PASSING = Failure(Code.UNAVAILABLE, "x", status=503, transient=True)
THROTTLED = Failure(Code.THROTTLED, "x", status=429, transient=True, throttled=True)


def hinted(seconds: float, *, throttled: bool = True) -> Failure:
    return Failure(Code.THROTTLED, "x", status=429, transient=True, retry_after=seconds, throttled=throttled)


@pytest.mark.parametrize("failure", [PASSING, THROTTLED, hinted(1, throttled=False)])
def test_seven_tries_and_no_more(failure: Failure) -> None:
    """The seventh failure is the last."""
    patience = Patience()
    delays = [patience.delay(failure, left=LONG, chance=0.5) for _ in range(7)]
    assert None not in delays[:6]
    assert delays[6] is None


def test_azures_own_pace_is_followed_longer_but_not_for_ever() -> None:
    """Throttling with a hint is no fault: thirty tries, and they use up none of the others."""
    patience = Patience()
    delays = [patience.delay(hinted(2.5), left=LONG, chance=0.5) for _ in range(29)]
    assert set(delays) == {2.5}
    assert patience.tries == 0
    assert patience.delay(hinted(2.5), left=LONG, chance=0.5) is None


@given(chance=st.floats(0, 1), number=st.integers(1, 6))
def test_the_back_off_is_jittered_and_bounded(chance: float, number: int) -> None:
    """Above zero from the first, at most a minute, and no more than twice the ceiling before."""
    patience = Patience(Pace(tries=100), tries=number - 1)
    delay = patience.delay(PASSING, left=LONG, chance=chance)
    assert delay is not None
    assert 0.05 <= delay <= min(60.0, 0.4 * 2 ** (number - 1))


def test_the_ceiling_is_a_minute() -> None:
    """However often."""
    assert Patience(Pace(tries=100), tries=50).delay(PASSING, left=LONG, chance=1.0) == 60.0


def test_chance_spreads_the_tries() -> None:
    """Full jitter: from nearly nothing to the ceiling."""
    assert Patience(tries=3).delay(PASSING, left=LONG, chance=0.0) == pytest.approx(0.05)
    assert Patience(tries=3).delay(PASSING, left=LONG, chance=1.0) == pytest.approx(3.2)


@given(wait=st.floats(0.001, 1e12), left=st.floats(0, 1e12))
def test_no_wait_reaches_beyond_the_deadline(wait: float, left: float) -> None:
    """Giving up at once is better than finding out later."""
    assert Patience().delay(hinted(wait), left=left, chance=0.5) == (wait if wait < left else None)


def test_what_will_not_pass_is_not_tried_again() -> None:
    """Whatever it asks to wait."""
    assert Patience().delay(Failure(Code.FORBIDDEN, "x", status=403), left=LONG, chance=0.5) is None


def test_what_azure_hinted_counts_for_the_next_back_off() -> None:
    """After throttling with a hint, a wait without one starts where the tries stand, both kinds together."""
    patience = Patience(Pace(tries=100), tries=1)
    assert patience.delay(hinted(1), left=LONG, chance=1.0) == 1
    assert patience.delay(PASSING, left=LONG, chance=1.0) == pytest.approx(1.6)
