"""The stage of a rehearsal, in process or behind real sockets. When a test is over, a second run must write nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from pal_agent.sim.estate import Estate
from pal_agent.sim.faults import Rule
from pal_agent.sim.server import serve
from pal_agent.sim.state import Azure
from tests.faults import promises
from tests.faults.rehearsal import Stage, estate, in_process


class SetUp(Protocol):
    """Sets a stage up: an estate (two customers, linked, unless given), rules, and what `Stage` takes besides."""

    def __call__(
        self, rules: Sequence[Rule] = (), *, estate: Estate | None = None, settles: bool = True, **about: Any
    ) -> Stage: ...


@pytest.fixture
def set_up(tmp_path: Path) -> Iterator[SetUp]:
    """Azure in process: no sockets."""
    stages: list[Stage] = []

    def build(rules: Sequence[Rule] = (), *, estate: Estate | None = None, settles: bool = True, **about: Any) -> Stage:
        stage = _stage(tmp_path, rules, estate, about, lambda azure: {"adapter": in_process(azure)})
        if settles:
            stages.append(stage)
        return stage

    yield build
    for stage in stages:
        promises.a_second_run_writes_nothing(stage)


@pytest.fixture
def set_up_server(tmp_path: Path) -> Iterator[SetUp]:
    """Azure behind HTTPS on loopback."""
    with ExitStack() as open_servers:
        stages: list[Stage] = []

        def listen(azure: Azure) -> dict[str, Any]:
            server = open_servers.enter_context(serve(azure, directory=tmp_path / "ca"))
            return {"url": server.url, "ca": server.ca_path}

        def build(
            rules: Sequence[Rule] = (), *, estate: Estate | None = None, settles: bool = True, **about: Any
        ) -> Stage:
            stage = _stage(tmp_path, rules, estate, about, listen)
            if settles:
                stages.append(stage)
            return stage

        yield build
        for stage in stages:
            promises.a_second_run_writes_nothing(stage)


def _stage(
    folder: Path,
    rules: Sequence[Rule],
    given: Estate | None,
    about: dict[str, Any],
    connect: Callable[[Azure], dict[str, Any]],
) -> Stage:
    wanted = given or estate()
    azure = Azure(wanted, faults=tuple(rules))
    about = {"customers": len(wanted.apps), **connect(azure), **about}
    return Stage(folder=folder, azure=azure, rules=tuple(rules), **about)
