"""The findings that the contract asks for: (id, credential, tenant, scope, severity, exception's reason) of each."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.story.judgement import applying, counts, in_force, is_above, is_at_or_above
from tests.story.nouns import Grant, Place, Sight, Told
from tests.story.world import World

Row = tuple[str, str, str, str, str, str | None]
SEVERITIES = {
    "link-missing": "error",
    "link-other-partner": "error",
    "target-unverified": "error",
    "subscription-not-attributed": "error",
    "subscription-not-enabled": "info",
    "offer-excluded": "info",
    "single-credential": "info",
}
EXCLUDED = (
    "FreeTrial Internal MSDN_ MPN Sponsored BizSpark DreamSpark AzurePass AzureForStudents Benefit".lower().split()
)


def findings(world: World, subscriptions: dict[str, dict[str, Any]]) -> list[Row]:
    """`subscriptions` are the cells of those that are reported."""
    rows = []
    for told in world.told:
        for name, scope in set(_about_target(world, told)):
            rows.append(_row(world, name, told.aim.credential, told.aim.tenant, scope))
    for place in world.places.values():
        if cells := subscriptions.get(place.subscription.id.lower()):
            rows += [_row(world, name, "", "", place.scope) for name in _about_subscription(world, place, cells)]
    return rows


def _row(world: World, name: str, credential: str, tenant: str, scope: str) -> Row:
    excepted = next(
        (
            rule["reason"]
            for rule in world.config.get("exceptions", ())
            if _covers(rule, name, scope or f"{credential}@{tenant}")
        ),
        None,
    )
    return name, credential, tenant, scope, SEVERITIES.get(name, "warning"), excepted


def _covers(rule: dict[str, str], name: str, scope: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in rule["scope"].lower().split("*"))
    current = date.fromisoformat(rule["expires"]) >= _today()
    return current and rule["finding"] == name and re.fullmatch(pattern, scope.lower(), re.DOTALL) is not None


def _today() -> date:
    return datetime.now(UTC).date()


# --- targets -----------------------------------------------------------------------------------------------------


def _about_target(world: World, told: Told) -> Iterator[tuple[str, str]]:
    """Each with its scope in lower case, "" for none."""
    yield from ((name, "") for name in _about_link(world, told))
    if told.is_unverified:
        yield "target-unverified", ""
    elif told.sights is None or any(sight.incomplete for sight in told.sights):
        yield "target-partial", ""
    if told.aim.expires and date.fromisoformat(told.aim.expires) <= _today() + timedelta(days=30):
        yield "credential-expiring", ""
    if told.earns:
        for sight in told.sights or ():
            yield from ((name, scope.lower()) for name, scope in _about_sight(told, sight))


def _about_link(world: World, told: Told) -> Iterator[str]:
    if told.refused is not None:
        return
    partner, wanted = world.config["partner"], told.aim.link == "present"
    if told.link is None:
        if wanted:
            yield "link-missing"
        return
    if not wanted:
        yield "link-not-removed"
    elif told.link.partner_id != told.aim.partner_id:
        yield "link-other-partner"
    name, shown = partner.get("name"), told.partner_name
    if told.earns and told.aim.partner_id == partner["id"] and name and shown and shown != name:
        yield "link-name-mismatch"


def _about_sight(told: Told, sight: Sight) -> Iterator[tuple[str, str]]:
    if any(not grant.certain for grant in sight.grants or ()):
        yield "target-partial", sight.place.scope
    held = [grant for grant in sight.grants or () if grant.certain]
    for grant in held:
        if grant.eligible != "yes" and not _is_made_good(told, sight, held, grant, "influence"):
            yield "role-not-eligible" if grant.eligible == "no" else "role-undocumented", grant.scope
        if grant.eligible == "yes" and grant.standing is False and not _is_made_good(told, sight, held, grant, "pec"):
            yield "assignment-time-bound", grant.scope
    yield from (("deny-assignment", deny) for deny in _denials(told, sight, held))
    active = {(grant.scope.lower(), grant.role, grant.principal.lower()) for grant in sight.grants or ()}
    for scope, role, principal in (sight.offers or ()) if sight.grants is not None else ():
        if (scope.lower(), role, principal) not in active:
            yield "assignment-eligible-only", scope


def _is_made_good(told: Told, sight: Sight, held: list[Grant], grant: Grant, tier: str) -> bool:
    """Whether something else that it holds at or above the grant counts there."""
    return any(
        is_at_or_above(other.scope, grant.scope) and counts(told, sight, other, tier, grant.scope)
        for other in held
        if other is not grant
    )


def _denials(told: Told, sight: Sight, held: list[Grant]) -> Iterator[str]:
    """Scopes of those that are in the way of an eligible role: at or above its scope, or below."""
    for deny in applying(told, sight):
        for grant in held:
            if grant.eligible == "yes" and (
                in_force(deny, grant.scope)
                or is_above(grant.scope, deny.scope)
                or (in_force(deny, sight.place.scope) and is_at_or_above(grant.scope, sight.place.scope))
            ):
                yield deny.scope


# --- subscriptions -----------------------------------------------------------------------------------------------


def _about_subscription(world: World, place: Place, cells: dict[str, Any]) -> Iterator[str]:
    state = cells[world.config["policy"]["require"]]
    enabled = place.subscription.state.lower() == "enabled"
    excluded = place.subscription.quota_id.lower().startswith(tuple(EXCLUDED))
    if not enabled:
        yield "subscription-not-enabled"
    if excluded:
        yield "offer-excluded"
    if enabled and not excluded and state == "none":
        yield "subscription-not-attributed"
    if enabled and not excluded and state == "partial":
        yield "subscription-partly-attributed"
    if state in ("full", "partial") and len(set(_credentials(world, cells))) == 1:
        yield "single-credential"


def _credentials(world: World, cells: dict[str, Any]) -> Iterator[str]:
    """Who is behind what the subscription and its groups earn."""
    require = world.config["policy"]["require"]
    for name in ("", *(f"group {name} " for name in cells["order of groups"])):
        if cells[name + require] in ("full", "partial"):
            yield from (credential.lower() for _, credential, _ in cells[f"{name}by"])
