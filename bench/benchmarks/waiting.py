"""Waiting: at 50 ms a call nothing but the calls takes time, however the work is spread over credentials."""

from collections.abc import Iterator

from bench.azure.estate import Estate
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
        wall = least(rounds, lambda: check(running, *options, jobs=JOBS).wall)
        made = sum(running.calls().values()) // rounds
    waiting = made * LATENCY / JOBS
    return Figure(
        name=f"waiting, 200 targets, {kind}",
        value=wall / max(waiting, cpu),
        limit=1.3,
        against=f"the larger of {waiting:.2f} s of latency and {cpu:.2f} s of bare requests' CPU; {wall:.2f} s",
    )


def _one_credential(subscriptions: int, rounds: int) -> Figure:
    """Time for each call of the one and of the many; their numbers of calls can't be the same."""
    spread = _for_each_call(Estate(targets=subscriptions, subscriptions=1, delegated=True), rounds)
    alone = _for_each_call(Estate(targets=1, subscriptions=subscriptions, delegated=True), rounds)
    return Figure(
        name=f"one credential, {subscriptions:,} subscriptions",
        value=alone / spread,
        limit=1.5,
        against=f"{subscriptions:,} credentials with one each: {spread * 1000:.2f} ms for each call",
    )


def _for_each_call(estate: Estate, rounds: int) -> float:
    with azure(estate, latency=LATENCY) as running:
        wall = least(rounds, lambda: check(running, jobs=JOBS).wall)
        return wall * rounds / sum(running.calls().values())
