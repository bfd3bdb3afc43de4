"""Cases of `tests/cases/findings` turned into views and asked for findings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pal_agent.attribution import Doubts, Sighting, attribute, summarise
from pal_agent.findings import Context, SubscriptionView, TargetView, about_subscription, about_target
from pal_agent.model import Finding, LinkFact, Missing, NoLink, SubscriptionFacts, TargetFacts, Tier
from pal_agent.roles import bundled
from tests.attribution.shorthand import PARTNER, target_facts

FOLDER = Path(__file__).parent.parent / "cases" / "findings"
TODAY = date(2026, 7, 1)
OWN_WORDS = {"expects", "partner_name", "version", "object_id", "expires", "certificate_ends", "tenant_name"}

Words = Mapping[str, Any]


def cases(finding_id: str) -> list[Words]:
    read: list[Words] = YAML(typ="safe", pure=True).load((FOLDER / f"{finding_id}.yaml").read_text(encoding="utf-8"))
    return read


def context_of(case: Words) -> Context:
    return Context(
        partner_id=case.get("partner", PARTNER),
        partner_name=case.get("partner_name"),
        require=Tier(case.get("require", "influence")),
        today=TODAY,
        catalogue=bundled(),
    )


def facts_of(words: Words) -> TargetFacts:
    """Facts in attribution's shorthand, with the words that only findings look at; any other word is an error."""
    facts = target_facts({key: _without(value) for key, value in words.items() if key not in OWN_WORDS})
    target = replace(
        facts.target,
        expires=words.get("expires"),
        client_id="client",
        expected_partner_id=words.get("expects", PARTNER),
    )
    return replace(
        facts,
        target=target,
        link=_link(facts.link, words),
        subscriptions=_with_offers(facts.subscriptions, words.get("sees")),
        certificate_ends=words.get("certificate_ends"),
        tenant_name=words.get("tenant_name"),
        object_id=words.get("object_id", facts.object_id),
    )


def _without(value: Any) -> Any:
    """What a target sees, without the offers."""
    if not isinstance(value, list):
        return value
    return [{key: each[key] for key in each if key != "offer"} if isinstance(each, dict) else each for each in value]


def _link(link: LinkFact | NoLink | Missing, words: Words) -> LinkFact | NoLink | Missing:
    if not isinstance(link, LinkFact):
        return link
    return replace(link, partner_name=words.get("partner_name"), version=words.get("version"))


def _with_offers(seen: tuple[SubscriptionFacts, ...] | Missing, sees: Any) -> tuple[SubscriptionFacts, ...] | Missing:
    if not isinstance(seen, tuple):
        return seen
    return tuple(replace(each, quota_id=words.get("offer")) for each, words in zip(seen, sees or (), strict=True))


def all_findings_of(case: Words) -> list[Finding]:
    return findings_of(tuple(facts_of(words) for words in case["facts"]), case)


def findings_of(facts: Sequence[TargetFacts], case: Words) -> list[Finding]:
    """Everything that is found about the case's targets and subscriptions."""
    context = context_of(case)
    about = [finding for each in facts for finding in about_target(_target_view(each, case), context)]
    return about + [
        finding for view in _subscription_views(facts, context) for finding in about_subscription(view, context)
    ]


def _target_view(facts: TargetFacts, case: Words) -> TargetView:
    before = case.get("before")
    return TargetView(
        facts=facts,
        result=summarise(facts, bundled()),
        previous=summarise(facts_of({"target": facts.target.label, **before}), bundled()) if before else None,
        written_by_us=case.get("wrote"),
    )


def _subscription_views(facts: Sequence[TargetFacts], context: Context) -> list[SubscriptionView]:
    sightings: dict[str, list[Sighting]] = {}
    for each in sorted(facts, key=lambda each: each.target.key):
        for seen in _seen(each):
            sightings.setdefault(seen.subscription_id.lower(), []).append(Sighting(facts=each, seen=seen))
    doubts = Doubts.among(facts)
    return [
        SubscriptionView(
            result=attribute(each, doubts=doubts, catalogue=context.catalogue, require=context.require),
            sightings=tuple(each),
        )
        for _, each in sorted(sightings.items())
    ]


def _seen(facts: TargetFacts) -> tuple[SubscriptionFacts, ...]:
    return facts.subscriptions if isinstance(facts.subscriptions, tuple) else ()


def place(finding: Finding) -> str:
    """Where a finding is, as the case files write it: `credential@tenant scope`, or the scope of a subscription."""
    target = f"{finding.credential}@{finding.tenant_id}" if finding.credential else None
    return " ".join(part for part in (target, finding.scope) if part)
