"""One subscription's answer, and its resource groups', from all targets that see it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pal_agent import scopes
from pal_agent.attribution.holding import holdings, is_readable
from pal_agent.attribution.judgement import Answer, Case, Claim, judge, named_groups
from pal_agent.attribution.target import is_earning, is_unverified
from pal_agent.model import (
    GroupResult,
    Missing,
    NotAsked,
    Source,
    SubscriptionFacts,
    SubscriptionResult,
    TargetFacts,
    Tier,
)
from pal_agent.roles import Catalogue

_ANY_OTHER = "/"  # no resource group can be called that


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A subscription as one target saw it. Of `facts` only the target, its object ID and its link matter here."""

    facts: TargetFacts
    seen: SubscriptionFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubts:
    """Tenants, in lower case, where a target may earn more than is known: one whose link could not be read, or
    that earns and could not list its subscriptions."""

    tenants: frozenset[str] = frozenset()

    @classmethod
    def among(cls, targets: Iterable[TargetFacts]) -> "Doubts":
        """Of `subscriptions` it matters only whether they are missing, so their content may have been dropped."""
        return cls(tenants=frozenset(facts.target.tenant_id.lower() for facts in targets if _is_doubtful(facts)))

    def concern(self, seen: SubscriptionFacts) -> bool:
        """Whether such a tenant owns or manages the subscription."""
        return not self.tenants.isdisjoint(tenant.lower() for tenant in (seen.tenant_id, *seen.managed_by_tenants))


def _is_doubtful(facts: TargetFacts) -> bool:
    return is_unverified(facts) or (is_earning(facts) and isinstance(facts.subscriptions, Missing))


def attribute(
    sightings: Sequence[Sighting], *, doubts: Doubts, catalogue: Catalogue, require: Tier
) -> SubscriptionResult:
    """The answer for one subscription, from every target that saw it (at least one), in any order.

    Name, state and offer are those the first target in report order saw.
    """
    ordered = sorted(sightings, key=lambda sighting: sighting.facts.target.key)
    first = ordered[0].seen
    case = _case(ordered, doubts=doubts, catalogue=catalogue, require=require)
    answer = judge(case)
    groups = tuple(_groups(case, _group_names(ordered)))
    return SubscriptionResult(
        subscription_id=first.subscription_id,
        name=first.name,
        tenant_id=first.tenant_id,
        state=first.state,
        tiers=answer.tiers,
        complete=answer.complete and all(judged.complete for _, judged in groups),
        by=answer.by,
        resource_groups=tuple(GroupResult(name=name, tiers=judged.tiers, by=judged.by) for name, judged in groups),
        quota_id=first.quota_id,
        seen_by=tuple(sighting.facts.target.label for sighting in ordered),
    )


def _case(ordered: Sequence[Sighting], *, doubts: Doubts, catalogue: Catalogue, require: Tier) -> Case:
    claims: dict[str | None, list[Claim]] = {}
    for sighting in ordered:
        for claim in _claims(sighting, catalogue):
            claims.setdefault(claim.scope.group, []).append(claim)
    return Case(
        subscription_id=ordered[0].seen.subscription_id,
        claims=claims,
        blind=any(_is_blind(sighting, doubts) for sighting in ordered),
        quick=any(isinstance(sighting.seen.time_bound, NotAsked) for sighting in ordered),
        require=require,
    )


def _claims(sighting: Sighting, catalogue: Catalogue) -> Iterator[Claim]:
    facts = sighting.facts
    if not is_earning(facts):
        return
    for holding in holdings(facts, sighting.seen, catalogue):
        source = Source(
            credential=facts.target.credential,
            tenant_id=facts.target.tenant_id,
            assignment_id=holding.assignment.id,
        )
        yield Claim(holding=holding, source=source, scope=scopes.parse(holding.assignment.scope))


def _is_blind(sighting: Sighting, doubts: Doubts) -> bool:
    """Whether there may be more than this sighting shows: a doubtful target, or a list that could not be read."""
    if doubts.concern(sighting.seen):
        return True
    facts = sighting.facts
    return (is_earning(facts) or is_unverified(facts)) and not is_readable(facts, sighting.seen)


def _group_names(ordered: Sequence[Sighting]) -> list[str]:
    """The resource groups that any target saw, each in the first target's spelling."""
    names: dict[str, str] = {}
    for sighting in ordered:
        for name in sorted(sighting.seen.groups) if isinstance(sighting.seen.groups, tuple) else ():
            names.setdefault(name.lower(), name)
    return [names[key] for key in sorted(names)]


def _groups(case: Case, names: Iterable[str]) -> Iterator[tuple[str, Answer]]:
    named = named_groups(case)
    answers: dict[str, Answer] = {}
    for name in names:
        key = name.lower()
        key = key if key in named else _ANY_OTHER
        if key not in answers:
            answers[key] = judge(case, name)
        yield name, answers[key]
