"""What the story tests share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pal_agent.sim.faults import Rule
from tests.story.orderly import SECRET, Orderly
from tests.story.theatre import Theatre, theatre

Opened = Callable[..., Theatre]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Opens a theatre in a fresh folder, in which commands called in this process run too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUSTOMER_SECRET", SECRET)
    monkeypatch.delenv("PAL_AGENT_CONFIG", raising=False)
    with ExitStack() as stack:

        def open_theatre(orderly: Orderly, *faults: Rule) -> Theatre:
            return stack.enter_context(theatre(tmp_path, orderly, faults=faults))

        yield open_theatre
