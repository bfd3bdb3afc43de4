"""Random estates with every oddity at once: each cell of the report is what the oracle makes of the estate."""

from pathlib import Path

import pytest

from pal_agent.sim.random_estate import RandomEstate
from tests.story.expectation import expected_cells
from tests.story.odd_estate import odd_estate
from tests.story.rehearsal import Stage, differences, reported_cells
from tests.story.world import World


def check_agrees(made: RandomEstate, folder: Path, monkeypatch: pytest.MonkeyPatch, *, quick: bool = False) -> None:
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    report = Stage(folder, made.estate, made.config).check(quick=quick)
    expected = expected_cells(World(made.estate, made.config, made.secrets, quick=quick))
    assert differences(expected, reported_cells(report)) == ""


@pytest.mark.parametrize("seed", range(30))
def test_every_cell_of_a_check(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status, reason, link, roles, tiers, `by`, completeness, findings, summary and exit code."""
    check_agrees(odd_estate(seed), tmp_path, monkeypatch, quick=seed % 5 == 4)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1500, 50))
def test_every_cell_of_hundreds_more(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for further estates."""
    for seed in range(first, first + 50):
        check_agrees(odd_estate(seed), tmp_path, monkeypatch, quick=seed % 5 == 4)
