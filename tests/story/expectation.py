"""The report that an estate and a configuration ask for, cell by cell."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.story.expected_findings import findings
from tests.story.judgement import TIERS, Verdict, judge, sightings
from tests.story.nouns import Grant, Place, Told
from tests.story.world import World

Cells = dict[str, Any]
STATES = {
    "targets": ("verified", "partial", "unverified"),
    "links": ("linked", "missing", "other", "unknown"),
    "subscriptions": ("full", "partial", "none", "unknown"),
    "resource_groups": ("full", "partial", "none", "unknown"),
    "findings": ("error", "warning", "info", "excepted"),
}


def expected_cells(world: World) -> Cells:
    """By a path that a person can read; lists under their order."""
    targets = {_label(told): _target(told) for told in world.told}
    seen = [place for _, place in sorted(world.places.items()) if sightings(world, place)]
    subscriptions = {place.subscription.id.lower(): _subscription(world, place) for place in seen}
    found = findings(world, subscriptions)
    cells: Cells = {f"targets {label} {key}": value for label, cell in targets.items() for key, value in cell.items()}
    for name, subscription in subscriptions.items():
        cells |= {f"subscriptions {name} {key}": value for key, value in subscription.items()}
    cells["order of targets"] = list(targets)
    cells["order of subscriptions"] = list(subscriptions)
    cells["findings"] = sorted(found)
    cells |= _summary(targets, subscriptions, found, world)
    complete = all(cell["status"] == "verified" for cell in targets.values())
    complete &= all(cell["complete"] for cell in subscriptions.values())
    cells["complete"] = complete
    failing = any(finding[4] == "error" and finding[5] is None for finding in found)
    cells["exit code"] = 3 if not complete else 1 if failing else 0
    return cells


def _label(told: Told) -> str:
    return f"{told.aim.credential}@{told.aim.tenant}"


# --- targets -----------------------------------------------------------------------------------------------------


def _target(told: Told) -> Cells:
    status, reason = _status(told)
    return {
        "status": status,
        "reason": reason,
        "object_id": told.object_id,
        "expected": told.aim.partner_id,
        "link": _link(told),
        **dict(_role_assignments(told)),
    }


def _status(told: Told) -> tuple[str, tuple[str, int] | None]:
    refused = told.refused and (told.refused.code, told.refused.status)
    if told.is_unverified:
        return "unverified", refused
    if told.sights is None or any(sight.incomplete for sight in told.sights):
        return "partial", ("forbidden", 403)
    return "verified", refused


def _link(told: Told) -> Cells:
    nothing = dict.fromkeys(("partner_id", "partner_name", "version", "created_at", "updated_at"))
    if told.refused is not None:
        return {"state": "unknown", **nothing}
    if told.link is None:
        return {"state": "missing", **nothing}
    return {
        "state": "linked" if told.link.partner_id == told.aim.partner_id else "other",
        "partner_id": told.link.partner_id,
        "partner_name": told.partner_name,
        "version": told.link.version,
        "created_at": told.link.created,
        "updated_at": told.link.updated,
    }


def _role_assignments(told: Told) -> Iterator[tuple[str, Any]]:
    rows: dict[tuple[str, ...], list[Grant]] = {}
    for sight in told.sights or ():
        for grant in sight.grants or ():
            if grant.certain:
                rows.setdefault((grant.id, grant.role, grant.principal.lower()), []).append(grant)
    yield "number of role assignments", len(rows)
    yield "order of role assignments", sorted(row[0].lower() for row in rows)
    for (name, role, principal), grants in rows.items():
        one, standing = grants[0], {grant.standing for grant in grants}
        yield (
            f"role {name} {role} {principal}",
            {
                "scope": one.scope,
                "scope_kind": _kind(one.scope),
                "role_name": one.role_name,
                "principal_id": one.principal,
                "via": one.via,
                "eligible": one.eligible,
                "standing": False if False in standing else True if True in standing else None,
            },
        )


def _kind(scope: str) -> str:
    words = scope.lower().strip("/").split("/")
    if words == [""]:
        return "root"
    if words[0] == "providers":
        return "management-group"
    if len(words) == 2:
        return "subscription"
    return "resource-group" if words[2] == "resourcegroups" and len(words) == 4 else "resource"


# --- subscriptions -----------------------------------------------------------------------------------------------


def _subscription(world: World, place: Place) -> Cells:
    names = {name.lower(): name for _, sight in sightings(world, place) for name in sight.groups or ()}
    judged: dict[str | None, dict[str, Verdict]] = {
        name: {tier: judge(world, place, name, tier) for tier in TIERS} for name in (None, *names.values())
    }
    asked = TIERS[:2] if world.quick else TIERS
    cells: Cells = {
        "name": place.subscription.name,
        "tenant_id": place.tenant.id,
        "state": place.subscription.state,
        "complete": all(verdicts[tier].least == verdicts[tier].most for verdicts in judged.values() for tier in asked),
        "order of groups": [names[key] for key in sorted(names)],
    }
    for name, verdicts in judged.items():
        for tier in TIERS:
            cells[_cell(name, tier)] = _state(world, verdicts, tier)
        cells[_cell(name, "by")] = sorted(_behind(world, verdicts), key=lambda one: [word.lower() for word in one])
    return cells


def _cell(group: str | None, what: str) -> str:
    return what if group is None else f"group {group} {what}"


def _state(world: World, verdicts: dict[str, Verdict], tier: str) -> str:
    if world.quick and tier == "pec":
        return "none" if verdicts["influence"].state == "none" else "unknown"
    return verdicts[tier].state


def _behind(world: World, verdicts: dict[str, Verdict]) -> frozenset[tuple[str, str, str]]:
    require = world.config["policy"]["require"]
    by = frozenset() if world.quick and require == "pec" else verdicts[require].by
    return by or verdicts["association"].by


def _summary(
    targets: dict[str, Cells], subscriptions: dict[str, Cells], found: list[tuple[str, ...]], world: World
) -> Cells:
    require = world.config["policy"]["require"]
    counted = {
        "targets": Counter(cell["status"] for cell in targets.values()),
        "links": Counter(cell["link"]["state"] for cell in targets.values()),
        "subscriptions": Counter(cell[require] for cell in subscriptions.values()),
        "resource_groups": Counter(
            value
            for cell in subscriptions.values()
            for key, value in cell.items()
            if key.startswith("group ") and key.endswith(f" {require}")
        ),
        "findings": Counter("excepted" if finding[5] else finding[4] for finding in found),
    }
    return {f"summary {what}": {state: counted[what][state] for state in STATES[what]} for what in STATES}
