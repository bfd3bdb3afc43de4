"""Waiting: at 50 ms a call nothing but the calls takes time, however the work is spread over credentials."""

from collections.abc import Iterator

from bench.azure.estate import Estate, calls
from bench.figure import Figure, least
from bench.measuring import azure, check, script

LATENCY, JOBS = 0.05, 64


def figures(full: bool) -> Iterator[Figure]:
    rounds = 5 if full else 2
    yield _bound(rounds, "full")
    yield _bound(rounds, "quick")
    yield _one_credential(1000 if full else 300, rounds)


def _bound(rounds: int, kind: str) -> Figure:
    """Against what no client can beat: the latency of all calls in so many threads, or bare requests' CPU for them."""
    options = ["--quick"] if kind == "quick" else []
    estate = Estate(targets=200)
    with azure(estate) as immediate:
        cpu = least(rounds, lambda: script(immediate, "bare", "8", kind).cpu)
    with azure(estate, latency=LATENCY) as running:
        wall = least(rounds, lambda: check(running, "-o", "json", *options, jobs=JOBS).wall)
        made = sum(running.calls().values()) // rounds
    waiting = made * LATENCY / JOBS
    return Figure(
        name=f"waiting, 200 targets, {kind}",
        value=wall / max(waiting, cpu),
        limit=1.3,
        against=f"the larger of {waiting:.2f} s of latency and {cpu:.2f} s of bare requests' CPU; {wall:.2f} s",
    )


def _one_credential(subscriptions: int, rounds: int) -> Figure:
    """Against so many credentials with one subscription each that the calls are as many."""
    alone = Estate(targets=1, subscriptions=subscriptions, delegated=True)
    needed = sum(1 for _ in calls(alone, 0, quick=False))
    each = Estate(targets=1, subscriptions=1, delegated=True)
    spread = Estate(targets=needed // sum(1 for _ in calls(each, 0, quick=False)), subscriptions=1, delegated=True)
    walls = [_wall(estate, rounds) for estate in (alone, spread)]
    return Figure(
        name=f"one credential, {subscriptions:,} subscriptions",
        value=walls[0] / walls[1],
        limit=1.5,
        against=f"{spread.targets:,} credentials with one each, as many calls: {walls[1]:.2f} s",
    )


def _wall(estate: Estate, rounds: int) -> float:
    with azure(estate, latency=LATENCY) as running:
        return least(rounds, lambda: check(running, "-o", "json", jobs=JOBS).wall)
