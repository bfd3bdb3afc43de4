"""How far a scope is attributed, by the contract's table and tiers: the least and the most that it can be."""

from collections.abc import Iterator
from dataclasses import dataclass

from pal_agent.sim.estate import Deny
from tests.story.nouns import Grant, Place, Sight, Told
from tests.story.world import World

TIERS = ("association", "influence", "pec")
STRENGTH = ("none", "partial", "full")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One scope's answer in one tier. `by` holds (assignment ID, credential, tenant) behind the best answer."""

    least: str
    most: str
    by: frozenset[tuple[str, str, str]]

    @property
    def state(self) -> str:
        return "unknown" if self.least == "none" and self.most != "none" else self.least


def sightings(world: World, place: Place) -> list[tuple[Told, Sight]]:
    return [
        (told, sight)
        for told in world.told
        for sight in told.sights or ()
        if sight.place.subscription.id == place.subscription.id
    ]


def judge(world: World, place: Place, group: str | None, tier: str) -> Verdict:
    """`group` is the resource group to be judged, None for the subscription itself."""
    least = most = "none"
    by: dict[str, set[tuple[str, str, str]]] = {state: set() for state in STRENGTH}
    at = place.scope if group is None else f"{place.scope}/resourcegroups/{group.lower()}"
    for told, sight in sightings(world, place):
        if told.earns:
            for grant in sight.grants or ():
                state = covered(grant.scope, place, group)
                if may_count(told, sight, grant, tier, at):
                    most = max(most, state, key=STRENGTH.index)
                if counts(told, sight, grant, tier, at):
                    least = max(least, state, key=STRENGTH.index)
                    by[state].add((grant.id, told.aim.credential, told.aim.tenant))
    if _is_in_doubt(world, place):
        most = "full"
    return Verdict(least=least, most=most, by=frozenset(by[least] if least != "none" else ()))


def covered(scope: str, place: Place, group: str | None) -> str:
    """The contract's table: what an assignment at the scope covers of a subscription or of a group in it."""
    scope = scope.lower()
    if scope in place.above or scope == place.scope:
        return "full"
    if not scope.startswith(place.scope + "/"):
        return "none"
    if group is None:
        return "partial"
    own = f"{place.scope}/resourcegroups/{group.lower()}"
    if scope == own:
        return "full"
    return "partial" if scope.startswith(own + "/") else "none"


def counts(told: Told, sight: Sight, grant: Grant, tier: str, at: str) -> bool:
    """For certain."""
    if tier == "pec" and (sight.denies is None or grant.standing is not True):
        return False
    return grant.certain and may_count(told, sight, grant, tier, at)


def may_count(told: Told, sight: Sight, grant: Grant, tier: str, at: str) -> bool:
    """With everything that could not be read taken at its best."""
    if tier == "association":
        return True
    if grant.eligible != "yes":
        return False
    if tier == "influence":
        return True
    return grant.standing is not False and not any(
        in_force(deny, at) or in_force(deny, grant.scope) for deny in applying(told, sight)
    )


def applying(told: Told, sight: Sight) -> Iterator[Deny]:
    """The deny assignments that apply to the target: only its own ID, or a group that it is known to be in, excludes
    it. Its groups are known from the configuration and from what it holds in the subscription through them."""
    held = () if sight.delegated else sight.grants or ()
    known = {(told.object_id or "").lower(), *told.aim.groups, *(grant.principal.lower() for grant in held)}
    for deny in sight.denies or ():
        if known.isdisjoint(excluded.lower() for excluded in deny.excluded):
            yield deny


def in_force(deny: Deny, scope: str) -> bool:
    """At its own scope, and below unless it says otherwise."""
    if deny.scope.lower() == scope.lower():
        return True
    return not deny.not_child_scopes and is_above(deny.scope, scope)


def is_above(upper: str, lower: str) -> bool:
    """By the scopes' own text: of two management groups nobody can tell."""
    upper, lower = upper.lower(), lower.lower()
    if lower in (upper, "/"):
        return False
    if upper == "/":
        return True
    if "/managementgroups/" in upper:
        return lower.startswith("/subscriptions/")
    return lower.startswith(upper + "/")


def is_at_or_above(upper: str, lower: str) -> bool:
    return upper.lower() == lower.lower() or is_above(upper, lower)


def _is_in_doubt(world: World, place: Place) -> bool:
    """Whether somebody of whom too little is known may hold anything there."""
    tenants = {place.tenant.id.lower(), *place.managers}
    for told in world.told:
        blind = told.is_unverified or (told.earns and told.sights is None)
        if blind and told.aim.tenant.lower() in tenants:
            return True
    return any((told.earns or told.is_unverified) and sight.grants is None for told, sight in sightings(world, place))
