"""The roles that a target holds in one subscription, or could switch on, each with how long it lasts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pal_agent import scopes
from pal_agent.attribution.holding import holdings, is_behind, is_delegated, is_readable
from pal_agent.model import (
    Authorization,
    HeldAssignment,
    ScheduleInstance,
    SubscriptionFacts,
    TargetFacts,
    Via,
    same,
)
from pal_agent.roles import Catalogue


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A role at a scope.

    `is_active` is False for an eligible assignment that is not switched on: nobody holds it. `is_certain` is False for
    a Lighthouse authorization of a group that the target may or may not be in. `ends_at` is Azure's own text.
    """

    assignment: HeldAssignment
    is_active: bool = True
    is_certain: bool = True
    is_activated: bool = False
    ends_at: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What it is sorted by: the role's name first, as a reader looks for it."""
        held = self.assignment
        parts = (held.role_name or "~", held.role_definition_id, held.principal_id, held.id)
        return (str(not self.is_active), *(part.lower() for part in parts))


def grants_in(
    seen: SubscriptionFacts,
    facts: TargetFacts,
    catalogue: Catalogue,
    merged: Mapping[tuple[str, ...], HeldAssignment],
) -> Iterator[Grant]:
    """`merged` has the assignments with what all of the target's subscriptions together tell of them."""
    held = list(holdings(facts, seen, catalogue))
    for holding in held:
        found = holding.assignment
        identity = (found.id, found.scope, found.role_definition_id, found.principal_id)
        instance = _instance(found, seen)
        yield Grant(
            assignment=merged.get(tuple(part.lower() for part in identity), found),
            is_certain=holding.certain,
            is_activated=instance is not None and same(instance.assignment_type or "", "Activated"),
            ends_at=instance.ends_at if instance else None,
        )
    active = {_key(holding.assignment) for holding in held}
    for offer in _offers(facts, seen) if is_readable(facts, seen) else ():
        if _key(offer) not in active:
            yield _inactive(offer, facts, catalogue, delegated=is_delegated(facts, seen))


def _instance(held: HeldAssignment, seen: SubscriptionFacts) -> ScheduleInstance | None:
    """What limits a held role in time, if anything does."""
    if held.standing is not False or not isinstance(seen.time_bound, tuple):
        return None
    behind = [instance for instance in seen.time_bound if is_behind(instance, held)]
    return max(behind, key=lambda instance: instance.ends_at or "~", default=None)


def _offers(facts: TargetFacts, seen: SubscriptionFacts) -> Iterator[ScheduleInstance | Authorization]:
    yield from seen.eligible if isinstance(seen.eligible, tuple) else ()
    own = {principal.lower() for principal in (facts.object_id, *facts.target.groups) if principal}
    for line in seen.authorizations if isinstance(seen.authorizations, tuple) else ():
        if not line.standing and line.principal_id.lower() in own:
            yield line


def _key(grant: HeldAssignment | ScheduleInstance | Authorization) -> tuple[str, str, str]:
    return (grant.principal_id.lower(), grant.role_definition_id.lower(), scopes.parse(grant.scope).path)


def _inactive(
    offer: ScheduleInstance | Authorization, facts: TargetFacts, catalogue: Catalogue, *, delegated: bool
) -> Grant:
    role = offer.role_definition_id
    custom = next((name for guid, name in facts.role_names if same(guid, role)), None)
    is_own = facts.object_id is not None and same(facts.object_id, offer.principal_id)
    via: Via = "lighthouse" if delegated else "direct" if is_own else "group"
    held = HeldAssignment(
        id=offer.id,
        scope=offer.scope,
        scope_kind=scopes.kind(offer.scope),
        role_definition_id=role,
        role_name=catalogue.name(role) or custom,
        principal_id=offer.principal_id,
        via=via,
        eligible=catalogue.eligibility(role),
        standing=False,
    )
    return Grant(assignment=held, is_active=False, ends_at=getattr(offer, "ends_at", None))
