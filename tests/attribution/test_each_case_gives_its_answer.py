"""Facts in, answer out: each case of `tests/cases/attribution` gives the attribution that it names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pal_agent.attribution import Doubts, Sighting, attribute, summarise
from pal_agent.model import SubscriptionResult, TargetFacts, TargetResult, Tier, Tiers
from pal_agent.roles import bundled
from tests.attribution.shorthand import target_facts

FOLDER = Path(__file__).parent.parent / "cases" / "attribution"


def _cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}: {case['says']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_case(case: Mapping[str, Any]) -> None:
    """What a case says of scopes, completeness, sources and targets is what comes out, and nothing it leaves
    unsaid about scopes comes out beside it."""
    facts = tuple(target_facts(words) for words in case["facts"])
    results = _results(facts, Tier(case.get("require", "influence")))
    assert _tiers(results) == {scope: _words(tiers) for scope, tiers in case.get("answer", {}).items()}
    assert [result.subscription_id for result in results if not result.complete] == case.get("incomplete", [])
    for subscription, names in case.get("groups", {}).items():
        result = next(each for each in results if each.subscription_id == subscription)
        assert [group.name for group in result.resource_groups] == names
    told = _sources(results)
    for scope, sources in case.get("by", {}).items():
        assert told[scope] == sources
    for label, expected in case.get("targets", {}).items():
        result = next(summarise(each, bundled()) for each in facts if each.target.label == label)
        assert _said(result, expected) == expected
    for subscription, expected in case.get("subscriptions", {}).items():
        result = next(each for each in results if each.subscription_id == subscription)
        assert {key: _plain(getattr(result, key)) for key in expected} == expected


def _results(facts: tuple[TargetFacts, ...], require: Tier) -> list[SubscriptionResult]:
    sightings: dict[str, list[Sighting]] = {}
    for each in facts:
        for seen in each.subscriptions if isinstance(each.subscriptions, tuple) else ():
            sightings.setdefault(seen.subscription_id.lower(), []).append(Sighting(facts=each, seen=seen))
    doubts = Doubts.among(facts)
    return [attribute(sightings[key], doubts=doubts, catalogue=bundled(), require=require) for key in sorted(sightings)]


def _words(tiers: str) -> list[str]:
    """`full` stands for full in all three tiers."""
    words = tiers.split()
    return words * 3 if len(words) == 1 else words


def _tiers(results: list[SubscriptionResult]) -> dict[str, list[str]]:
    found = {}
    for result in results:
        found[result.subscription_id] = _listed(result.tiers)
        for group in result.resource_groups:
            found[f"{result.subscription_id}/{group.name}"] = _listed(group.tiers)
    return found


def _listed(tiers: Tiers) -> list[str]:
    return [tiers.of(tier).value for tier in Tier]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _sources(results: list[SubscriptionResult]) -> dict[str, list[str]]:
    scopes = {result.subscription_id: result.by for result in results}
    for result in results:
        scopes |= {f"{result.subscription_id}/{group.name}": group.by for group in result.resource_groups}
    return {
        scope: [f"{source.credential}@{source.tenant_id} {source.assignment_id}" for source in by]
        for scope, by in scopes.items()
    }


def _said(result: TargetResult, expected: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        "status": result.status.value,
        "reason": result.reason.code.value if result.reason else None,
        "link": result.link.state.value,
        "partner_id": result.link.partner_id,
        "roles": [
            f"{held.id} {held.scope_kind} {held.role_name} {held.via} {held.eligible} {held.standing}"
            for held in result.role_assignments
        ],
    }
    return {key: said[key] for key in expected}
