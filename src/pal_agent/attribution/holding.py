"""What a target holds in a subscription, and for which tiers that counts."""

from collections.abc import Iterator
from dataclasses import dataclass

from pal_agent import scopes
from pal_agent.model import (
    Assignment,
    Authorization,
    DenyAssignment,
    HeldAssignment,
    Missing,
    ScheduleInstance,
    SubscriptionFacts,
    TargetFacts,
    Tier,
    Via,
    same,
)
from pal_agent.roles import Catalogue

EVERYONE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """A role that a target holds in one subscription, or may hold.

    `certain` is False for a Lighthouse authorization of a principal that may or may not be one of the target's
    groups. `denials` are the deny assignments that apply to the target, wherever their scope is; `deny_known` is
    False where they could not be read, or were not asked.
    """

    assignment: HeldAssignment
    certain: bool
    denials: tuple[DenyAssignment, ...]
    deny_known: bool

    def counts(self, tier: Tier, *, at: str) -> bool:
        """Whether this certainly counts for the tier at a scope, provided it covers some of it."""
        if not self.certain:
            return False
        if tier is Tier.PEC and not (self.assignment.standing and self.deny_known):
            return False
        return self.may_count(tier, at=at)

    def may_count(self, tier: Tier, *, at: str) -> bool:
        """The same, with whatever could not be read taken at its best."""
        if tier is Tier.ASSOCIATION:
            return True
        if self.assignment.eligible != "yes":
            return False
        return tier is Tier.INFLUENCE or (self.assignment.standing is not False and not self.is_denied(at=at))

    def is_denied(self, *, at: str) -> bool:
        """Whether a deny assignment reaches the scope, or the assignment's own."""
        return any(reaches(deny, at) or reaches(deny, self.assignment.scope) for deny in self.denials)


def reaches(deny: DenyAssignment, scope: str) -> bool:
    """Whether a deny assignment is in force at a scope, whomever it is for."""
    if deny.not_child_scopes:
        return scopes.is_same(deny.scope, scope)
    return scopes.is_at_or_above(deny.scope, scope)


def is_delegated(facts: TargetFacts, seen: SubscriptionFacts) -> bool:
    """Whether the target sees the subscription through Azure Lighthouse."""
    return not same(facts.target.tenant_id, seen.tenant_id)


def is_readable(facts: TargetFacts, seen: SubscriptionFacts) -> bool:
    """Whether the target could list what it holds there."""
    return not isinstance(seen.authorizations if is_delegated(facts, seen) else seen.assignments, Missing)


def holdings(facts: TargetFacts, seen: SubscriptionFacts, catalogue: Catalogue) -> tuple[Holding, ...]:
    """What the target holds in the subscription, in the order of the facts; nothing where that can't be read.

    Eligible authorizations are left out: nobody holds them until they are activated.
    """
    denials = tuple(_denials(facts, seen))
    deny_known = isinstance(seen.deny, tuple)
    return tuple(
        Holding(assignment=assignment, certain=certain, denials=denials, deny_known=deny_known)
        for assignment, certain in _held(facts, seen, catalogue)
    )


def _held(facts: TargetFacts, seen: SubscriptionFacts, catalogue: Catalogue) -> Iterator[tuple[HeldAssignment, bool]]:
    if not is_delegated(facts, seen):
        scheduled = _scheduled(seen)
        for assignment in seen.assignments if isinstance(seen.assignments, tuple) else ():
            via: Via = "direct" if _is_own(facts, assignment.principal_id) else "group"
            yield _assignment(assignment, facts, catalogue, via=via, standing=_standing(assignment, scheduled)), True
        return
    standing = True if isinstance(seen.time_bound, tuple | Missing) else None
    groups = {group.lower() for group in facts.target.groups}
    for authorization in seen.authorizations if isinstance(seen.authorizations, tuple) else ():
        if authorization.standing:
            certain = _is_own(facts, authorization.principal_id) or authorization.principal_id.lower() in groups
            yield (
                _assignment(authorization, facts, catalogue, via="lighthouse", standing=standing),
                certain,
            )


def _is_own(facts: TargetFacts, principal_id: str) -> bool:
    return facts.object_id is not None and same(facts.object_id, principal_id)


def _assignment(
    grant: Assignment | Authorization,
    facts: TargetFacts,
    catalogue: Catalogue,
    *,
    via: Via,
    standing: bool | None,
) -> HeldAssignment:
    role = grant.role_definition_id
    return HeldAssignment(
        id=grant.id,
        scope=grant.scope,
        scope_kind=scopes.kind(grant.scope),
        role_definition_id=role,
        role_name=catalogue.name(role) or _custom_name(facts, role),
        principal_id=grant.principal_id,
        via=via,
        eligible=catalogue.eligibility(role),
        standing=standing,
    )


def _custom_name(facts: TargetFacts, role: str) -> str | None:
    return next((name for guid, name in facts.role_names if same(guid, role)), None)


def _scheduled(seen: SubscriptionFacts) -> dict[tuple[str, ...], list[ScheduleInstance]] | None:
    """PIM instances by what they are about: there may be as many as assignments. None where PIM could not tell."""
    if not isinstance(seen.time_bound, tuple):
        return None
    found: dict[tuple[str, ...], list[ScheduleInstance]] = {}
    for instance in seen.time_bound:
        found.setdefault(_subject(instance), []).append(instance)
    return found


def _standing(assignment: Assignment, scheduled: dict[tuple[str, ...], list[ScheduleInstance]] | None) -> bool | None:
    """PIM lists an instance for what it manages; what it does not list was assigned for good."""
    if not scheduled:
        return None if scheduled is None else True
    instances = [instance for name in _names(assignment) for instance in scheduled.get(name, ())]
    if any(_is_assigned(instance) and not instance.ends_at for instance in instances):
        return True
    return not any(_is_activated(instance) or instance.ends_at for instance in instances)


def is_behind(instance: ScheduleInstance, assignment: Assignment | HeldAssignment) -> bool:
    """Whether a PIM instance is about this very assignment."""
    return _subject(instance) in _names(assignment)


def _subject(instance: ScheduleInstance) -> tuple[str, ...]:
    """The name of the assignment that a PIM instance is about."""
    origin = instance.origin_assignment_id
    return (origin.lower(),) if origin else _granted(instance)


def _names(assignment: Assignment | HeldAssignment) -> tuple[tuple[str, ...], ...]:
    """What PIM may call an assignment: its ID, else who was granted what and where."""
    return ((assignment.id.lower(),), _granted(assignment))


def _granted(grant: ScheduleInstance | Assignment | HeldAssignment) -> tuple[str, ...]:
    return (grant.principal_id.lower(), grant.role_definition_id.lower(), scopes.parse(grant.scope).path)


def _is_assigned(instance: ScheduleInstance) -> bool:
    return (instance.assignment_type or "").lower() == "assigned"


def _is_activated(instance: ScheduleInstance) -> bool:
    return (instance.assignment_type or "").lower() == "activated"


def _denials(facts: TargetFacts, seen: SubscriptionFacts) -> Iterator[DenyAssignment]:
    """The deny assignments that apply to the target.

    Azure was asked for those assigned to the target, so any principal they name is the target, everyone, or one
    of its groups. Exclusions are the other way round: only a group that the target is known to be in saves it.
    """
    if not isinstance(seen.deny, tuple) or not seen.deny:
        return
    known = _known_principals(facts, seen)
    for deny in seen.deny:
        if deny.principals and known.isdisjoint(excluded.lower() for excluded in deny.excluded):
            yield deny


def _known_principals(facts: TargetFacts, seen: SubscriptionFacts) -> frozenset[str]:
    assignments = seen.assignments if isinstance(seen.assignments, tuple) else ()
    own = () if facts.object_id is None else (facts.object_id,)
    principals = (*own, *facts.target.groups, *(assignment.principal_id for assignment in assignments))
    return frozenset(principal.lower() for principal in principals)
