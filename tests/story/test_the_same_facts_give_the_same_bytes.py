"""Nothing but the facts decides a report: not how many calls run at once, nor the order of anything."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from pal_agent.sim.random_estate import RandomEstate
from pal_agent.sim.server import serve
from pal_agent.sim.state import Azure
from tests.story.expectation import expected_cells
from tests.story.odd_estate import odd_estate
from tests.story.rehearsal import Stage, differences, reported_cells
from tests.story.world import World


def staged(made: RandomEstate, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    return Stage(folder, made.estate, made.config)


def shuffled(config: dict[str, Any], random: Random) -> dict[str, Any]:
    """The same configuration, written in another order. The first of two exceptions wins, so those stay."""
    entries = [
        {**entry, "groups": random.sample(entry.get("groups", []), k=len(entry.get("groups", [])))}
        for entry in config["credentials"]
    ]
    random.shuffle(entries)
    credentials = [dict(random.sample(list(entry.items()), k=len(entry))) for entry in entries]
    return dict(random.sample(list({**config, "credentials": credentials}.items()), k=len(config)))


@pytest.mark.parametrize("seed", range(100, 106))
def test_jobs_and_order_change_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--jobs 1`, `--jobs 32`, and a shuffled configuration give the same bytes."""
    made = odd_estate(seed)
    stage = staged(made, tmp_path, monkeypatch)
    first = stage.check(jobs=1)
    assert stage.check(jobs=32).bytes_alike == first.bytes_alike
    stage.configure(shuffled(made.config, Random(seed)))
    assert stage.check(jobs=32).bytes_alike == first.bytes_alike


@pytest.mark.parametrize("seed", range(110, 113))
def test_the_same_comes_over_sockets(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTPS on loopback the report is that of the oracle too, for one job and for many."""
    made = odd_estate(seed)
    stage = staged(made, tmp_path, monkeypatch)
    with serve(Azure(made.estate)) as server:
        stage.adapter = None
        cloud = {"authority": server.url, "resource_manager": server.url, "audience": server.url}
        stage.configure({**made.config, "cloud": {**cloud, "ca_bundle": str(server.ca_path)}})
        one, many = stage.check(jobs=1), stage.check(jobs=32)
    assert differences(expected_cells(World(made.estate, made.config, made.secrets)), reported_cells(many)) == ""
    assert one.bytes_alike == many.bytes_alike
