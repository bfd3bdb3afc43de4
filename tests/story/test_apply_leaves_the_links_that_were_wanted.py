"""After `apply` the simulated Azure holds what the configuration asks for, and it was done in the gentlest way."""

from collections import Counter
from pathlib import Path

import pytest

from pal_agent.cli.danger import Danger
from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then
from pal_agent.sim.random_estate import RandomEstate
from tests.story.nouns import Told
from tests.story.odd_estate import odd_estate
from tests.story.rehearsal import CAREFUL, Stage
from tests.story.world import World

DANGERS = {
    "careful": CAREFUL,
    "replace": Danger(replace=True, remove=False, max_change=100),
    "remove": Danger(replace=False, remove=True, max_change=100),
    "both": Danger(replace=True, remove=True, max_change=100),
}
LOST = {
    **{name: named(name) for name in ("F01", "F07-before", "F07-after", "F18-status", "F18-code")},
    "late": (Rule(match=Match(method="P*", path="*/partners*", first=1, per="path"), then=Then(status=429)),),
    "cut": (Rule(match=Match(method="P*", path="*/partners*", first=1, per="path"), then=Then(socket="cut")),),
    "lost": (
        Rule(
            match=Match(method="P*", path="*/partners*", first=1, per="path"),
            then=Then(status=503, applied=True),
        ),
        Rule(
            match=Match(method="DELETE", path="*/partners*", first=1, per="path"),
            then=Then(socket="reset", applied=True),
        ),
    ),
}


def staged(made: RandomEstate, folder: Path, monkeypatch: pytest.MonkeyPatch, faults: tuple[Rule, ...] = ()) -> Stage:
    for name, value in made.secrets.items():
        monkeypatch.setenv(name, value)
    return Stage(folder, made.estate, made.config, faults=faults)


def wanted(told: Told, danger: Danger) -> str | None:
    """The partner ID that a target is to have in the end, None for no link."""
    now = told.link.partner_id if told.link else None
    if told.aim.link == "absent":
        return None if danger.remove else now
    if now is None or danger.replace:
        return told.aim.partner_id
    return now


def intended(world: World, before: dict[tuple[str, str], str], danger: Danger) -> dict[tuple[str, str], str]:
    """All links as they are to be; whoever can't be read, or needs no link, is left alone."""
    links: dict[tuple[str, str], str | None] = dict(before)
    for told in world.told:
        if told.refused is None:
            links[told.aim.tenant, told.object_id or ""] = wanted(told, danger)
    return {key: partner for key, partner in links.items() if partner is not None}


def exit_code(world: World, danger: Danger) -> int:
    if any(told.is_unverified for told in world.told):
        return 3
    fine = all(
        wanted(told, danger) == (None if told.aim.link == "absent" else told.aim.partner_id)
        for told in world.told
        if told.refused is None
    )
    return 0 if fine else 1


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize("seed", range(300, 303))
def test_links_are_as_intended(seed: int, danger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of another's is replaced, nothing removed, without the flag for it; a replaced link is never deleted
    first; one write for each change; a second `apply` writes nothing."""
    made, how = odd_estate(seed), DANGERS[danger]
    world = World(made.estate, made.config, made.secrets)
    stage = staged(made, tmp_path, monkeypatch)
    before = stage.azure.links()
    code = stage.apply(how)
    assert stage.azure.links() == intended(world, before, how)
    assert code == exit_code(world, how)
    methods = {(entry.tenant, entry.caller): entry.method for entry in stage.writes()}
    assert methods == {
        key: "PUT" if key not in before else "PATCH" if key in stage.azure.links() else "DELETE"
        for key in {*before, *stage.azure.links()}
        if before.get(key) != stage.azure.links().get(key)
    }
    assert len(stage.writes()) == len(methods)
    stage.azure.log.clear()
    assert stage.apply(how) == code
    assert stage.writes() == []


@pytest.mark.parametrize("fault", LOST)
def test_links_are_as_intended_whatever_gets_lost(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that are lost, refused or late: the links stand in the end, with at most two writes for a target."""
    made, how = odd_estate(307), DANGERS["both"]
    world = World(made.estate, made.config, made.secrets)
    stage = staged(made, tmp_path, monkeypatch, LOST[fault])
    before = stage.azure.links()
    assert intended(world, before, how) != before
    stage.apply(how)
    assert stage.azure.links() == intended(world, before, how)
    assert max(Counter((entry.tenant, entry.caller) for entry in stage.writes()).values()) <= 2
    stage.azure.log.clear()
    assert stage.apply(how) == exit_code(world, how)
    assert stage.writes() == []
