"""A process that runs for months: each run gives back what it took."""

import gc
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pal_agent.sim.fault_catalogue import named
from tests.faults.conftest import SetUp
from tests.faults.rehearsal import Stage

PASSING = ("F02", "F15-once", "P03-upper", "P05-empty")


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def resident() -> int:
    """MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def objects_of_the_agent() -> Counter[str]:
    """By kind, without what is kept on purpose for the process: the simulated Azure, and classes."""
    gc.collect()
    kinds = (f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
    return Counter(kind for kind in kinds if kind.startswith("pal_agent.") and not kind.startswith("pal_agent.sim."))


def settled(measure: Callable[[], int], limit: int) -> int:
    """The other end of a connection takes a moment to let go, too."""
    deadline = time.monotonic() + 10
    while (found := measure()) > limit and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def a_run(stage: Stage) -> None:
    """With faults, over sockets, and recorded."""
    stage.azure.log.clear()
    stage.azure.faults.clear()
    stage.azure.faults.add(*named(*PASSING))
    assert stage.check().code == 0
    assert stage.apply().code == 0


@pytest.mark.parametrize(
    ("runs", "growth"), [(6, 24), pytest.param(1500, 24, marks=[pytest.mark.slow, pytest.mark.timeout(7200)])]
)
def test_descriptors_threads_and_memory_stay_flat(set_up_server: SetUp, runs: int, growth: int) -> None:
    """A few runs fill what is kept on purpose; no later one adds to it. Each is a check and an apply, with faults."""
    stage = set_up_server(settles=False)
    for _ in range(3 + runs // 4):
        a_run(stage)
    held, open_files, threads, memory = objects_of_the_agent(), descriptors(), threading.active_count(), resident()
    for _ in range(runs):
        a_run(stage)
    assert settled(descriptors, open_files) <= open_files
    assert settled(threading.active_count, threads) <= threads
    assert {kind: count for kind, count in (objects_of_the_agent() - held).items() if count > 3} == {}
    assert resident() - memory <= growth
