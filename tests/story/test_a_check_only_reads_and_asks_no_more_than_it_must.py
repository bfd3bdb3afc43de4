"""What goes over the wire, by the simulated Azure's own log."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pal_agent.sim.random_estate import RandomEstate
from pal_agent.sim.state import Logged
from tests.story.odd_estate import odd_estate
from tests.story.rehearsal import Stage
from tests.story.traffic import requests_of, sign_ins
from tests.story.world import World


def staged(made: RandomEstate, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    return Stage(folder, made.estate, made.config)


def tame(seeds: range) -> list[int]:
    """Estates in which every credential signs in and no read is refused."""
    return [seed for seed in seeds if _is_tame(odd_estate(seed))]


def _is_tame(made: RandomEstate) -> bool:
    told = World(made.estate, made.config, made.secrets).told
    seen = [sight for one in told for sight in one.sights or ()]
    return all(one.object_id and one.sights is not None for one in told) and not any(one.incomplete for one in seen)


@pytest.mark.parametrize("seed", range(200, 204))
def test_check_and_plan_send_nothing_but_reads(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GETs and sign-ins alone, whatever the estate; and no token to anybody but Resource Manager."""
    stage = staged(odd_estate(seed), tmp_path, monkeypatch)
    stage.check(history=True)
    stage.plan()
    assert set(stage.azure.methods()) <= {"GET", "sign-in"}
    assert {entry.host for entry in stage.azure.log} <= {"login.microsoftonline.com", "management.azure.com"}
    assert {entry.host for entry in stage.azure.log if entry.bearer} <= {"management.azure.com"}


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("seed", tame(range(210, 260))[:4])
def test_a_check_sends_the_fewest_requests(
    seed: int, quick: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two for signing in, one for the link, and for each subscription its groups, assignments, and unless `--quick`
    PIM and deny, a page at a time; PIM once where there is no licence; a custom role's name once."""
    made = odd_estate(seed)
    world = World(made.estate, made.config, made.secrets, quick=quick)
    stage = staged(made, tmp_path, monkeypatch)
    stage.check(quick=quick)
    sent = Counter(_kind(entry) for entry in stage.azure.log)
    assert {name: sent[name] for name in ("discovery", "token")} == sign_ins(world)
    for told in world.told:
        assert sent[told.object_id or ""] == requests_of(world, told)


def _kind(entry: Logged) -> str:
    """What a request is counted as: the caller's object ID, or a step of signing in."""
    if entry.host == "management.azure.com":
        return entry.caller
    return "token" if entry.path.endswith("/token") else "discovery"


def test_bad_configuration_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is not known is refused before the first request."""
    from pal_agent.errors import ConfigurationError

    made = odd_estate(1)
    stage = staged(replace(made, config={**made.config, "polciy": {}}), tmp_path, monkeypatch)
    with pytest.raises(ConfigurationError, match="polciy"):
        stage.check()
    assert not stage.azure.log
