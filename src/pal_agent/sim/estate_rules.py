"""What must fit together in an estate."""

import re
from collections.abc import Iterable, Iterator

from pal_agent.sim.estate import Assignment, Delegation, Deny, Eligibility, Estate, Group, Principal, Tenant

_SCOPE = re.compile(
    r"/|/providers/microsoft\.management/managementgroups/(?P<management_group>[^/]+)"
    r"|/subscriptions/(?P<subscription>[^/]+)(/resourcegroups/[^/]+)?(/providers(/[^/]+){3,})?",
    re.IGNORECASE,
)


def contradictions(estate: Estate) -> Iterator[tuple[object, str]]:
    """Each thing that can't be, with the noun it is about."""
    apps = {app.client_id.lower() for app in estate.apps}
    yield from _repeated("tenant", ((tenant, tenant.id) for tenant in estate.tenants))
    yield from _repeated("app", ((app, app.client_id) for app in estate.apps))
    everything = [(item, item.id) for tenant in estate.tenants for item in tenant.subscriptions]
    yield from _repeated("subscription", everything)
    people = [(item, item.object_id) for tenant in estate.tenants for item in _members(tenant)]
    yield from _repeated("object ID", people)
    tenants = {tenant.id.lower() for tenant in estate.tenants}
    for tenant in estate.tenants:
        yield from _in_tenant(tenant, apps, tenants)


def _in_tenant(tenant: Tenant, apps: set[str], tenants: set[str]) -> Iterator[tuple[object, str]]:
    groups = {group.object_id.lower() for group in tenant.groups}
    management_groups = {group.name.lower() for group in tenant.management_groups}
    for principal in tenant.principals:
        if principal.app.lower() not in apps:
            yield principal, f"principal {principal.object_id} is of an unknown app {principal.app}"
    for member in _members(tenant):
        for group in member.groups:
            if group.lower() not in groups:
                yield member, f"{member.object_id} is in an unknown group {group}"
    for subscription in tenant.subscriptions:
        parent = subscription.management_group
        if parent is not None and parent.lower() not in management_groups:
            yield subscription, f"subscription {subscription.id} is in an unknown management group {parent}"
    yield from _trees(tenant, management_groups)
    for delegation in tenant.delegations:
        if delegation.to.lower() not in tenants:
            yield delegation, f"a delegation goes to an unknown tenant {delegation.to}"
    yield from _scopes(tenant, management_groups)


def _members(tenant: Tenant) -> tuple[Principal | Group, ...]:
    return (*tenant.principals, *tenant.groups)


def _trees(tenant: Tenant, management_groups: set[str]) -> Iterator[tuple[object, str]]:
    parents = {group.name.lower(): (group.parent or "").lower() for group in tenant.management_groups}
    for group in tenant.management_groups:
        if group.parent is not None and group.parent.lower() not in management_groups:
            yield group, f"management group {group.name} is in an unknown one, {group.parent}"
        above, steps = parents[group.name.lower()], 0
        while above and steps <= len(parents):
            above, steps = parents.get(above, ""), steps + 1
        if above:
            yield group, f"management group {group.name} is above itself"


def _scopes(tenant: Tenant, management_groups: set[str]) -> Iterator[tuple[object, str]]:
    subscriptions = {subscription.id.lower() for subscription in tenant.subscriptions}
    scoped: tuple[Assignment | Eligibility | Deny | Delegation, ...]
    scoped = (*tenant.assignments, *tenant.eligible, *tenant.denies, *tenant.delegations)
    for item in scoped:
        match = _SCOPE.fullmatch(item.scope)
        if match is None:
            yield item, f"{item.scope!r} is no scope"
        elif (name := match["subscription"]) and name.lower() not in subscriptions:
            yield item, f"{item.scope} is in a subscription that tenant {tenant.id} does not have"
        elif (name := match["management_group"]) and name.lower() not in management_groups:
            yield item, f"{item.scope} is a management group that tenant {tenant.id} does not have"


def _repeated(kind: str, items: Iterable[tuple[object, str]]) -> Iterator[tuple[object, str]]:
    seen: set[str] = set()
    for item, name in items:
        if name.lower() in seen:
            yield item, f"{kind} {name} is there twice"
        seen.add(name.lower())
