"""The stage that every test here plays on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from requests.adapters import BaseAdapter

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.faults import Rule
from pal_agent.sim.state import Azure
from tests.secrets.canaries import hits
from tests.secrets.servers import Watch
from tests.secrets.stage import ENVIRONMENT, KINDS, Stage, estate


class Theatre:
    """A stage, and the check of everything that was written on it."""

    def __init__(
        self, folder: Path, customers: int, rules: tuple[Rule, ...], around: Callable[[BaseAdapter], BaseAdapter]
    ) -> None:
        self.azure = Azure(estate(customers), faults=rules)
        self.watch = Watch(around(SimulatedAzure(self.azure, sleep=lambda _: None)))
        self.stage = Stage(folder, self.watch, customers)

    def ensure_silence(self) -> None:
        """No secret in any byte written, though each was sent."""
        written = self.stage.written
        assert len(written) > 100
        assert hits(written, self.watch.tokens.copy()) == []


@pytest.fixture
def theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Theatre]]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def build(
        rules: tuple[Rule, ...] = (),
        around: Callable[[BaseAdapter], BaseAdapter] = lambda one: one,
        customers: int = len(KINDS),
    ) -> Theatre:
        return Theatre(tmp_path, customers, rules, around)

    return build
