"""Looks things up in an estate: who is in which groups, what is above what, which subscriptions somebody sees."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from pal_agent.sim import scopes
from pal_agent.sim.estate import App, Assignment, Delegation, Estate, Group, Principal, Subscription, Tenant
from pal_agent.sim.roles import ACTIONS, USUAL_READS, allows, builtin_roles

ZERO = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A subscription, whose it is, the scopes above it (normal, nearest first), and what is delegated in it."""

    subscription: Subscription
    tenant: Tenant
    above: tuple[str, ...]
    delegations: tuple[Delegation, ...]

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.subscription.id.lower()}"

    @property
    def managed_by(self) -> tuple[str, ...]:
        delegated = (item.to for item in self.delegations)
        return tuple(dict.fromkeys(tenant.lower() for tenant in (*self.subscription.managed_by, *delegated)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who calls, lower case; `ids` are the caller's own object ID and those of its groups, transitively."""

    tenant: str
    object_id: str
    client_id: str
    ids: frozenset[str]
    principal: Principal | None


class Grant(NamedTuple):
    """An active role of somebody, by assignment or by delegation. The scope is normal."""

    scope: str
    role: str
    tenant: Tenant


class Directory:
    """Indexes over an estate. Never changes."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.tenants: dict[str, Tenant] = {}
        self.apps: dict[str, App] = {app.client_id.lower(): app for app in estate.apps}
        self.subscriptions: dict[str, Placed] = {}
        self._principals: dict[tuple[str, str], Principal] = {}
        self._people: dict[str, Principal] = {}
        self._groups: dict[str, tuple[str, ...]] = {}
        self._assignments: defaultdict[str, list[tuple[Tenant, Assignment]]] = defaultdict(list)
        self._delegations: defaultdict[str, list[tuple[Tenant, Delegation]]] = defaultdict(list)
        self._closures: dict[str, frozenset[str]] = {}
        self._held: dict[str, dict[str, tuple[Grant, ...]]] = {}
        self._visible: dict[str, dict[str, Placed]] = {}
        for tenant in estate.tenants:
            self._add(tenant)

    def tenant(self, name: str) -> Tenant | None:
        """By ID or by domain."""
        return self.tenants.get(name.lower())

    def principal_of(self, tenant: Tenant, client_id: str) -> Principal | None:
        return self._principals.get((tenant.id.lower(), client_id.lower()))

    def identity(self, *, tenant: str, object_id: str, client_id: str) -> Identity:
        """Also of somebody who does not exist: then without groups."""
        own = object_id.lower()
        return Identity(
            tenant=tenant.lower(),
            object_id=own,
            client_id=client_id.lower(),
            ids=self.with_groups(own),
            principal=self._people.get(own),
        )

    def with_groups(self, object_id: str) -> frozenset[str]:
        """An object ID in lower case and all groups it is in, at any depth."""
        own = object_id.lower()
        if own not in self._groups:
            return frozenset({own})
        if own not in self._closures:
            self._closures[own] = self._closure(own)
        return self._closures[own]

    def _closure(self, object_id: str) -> frozenset[str]:
        found: set[str] = set()
        waiting = [object_id]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting += self._groups.get(current, ())
        return frozenset(found)

    def visible(self, caller: Identity) -> tuple[Placed, ...]:
        """The subscriptions in which the caller has any active role: above, at or below; sorted by ID."""
        return tuple(self._seen(caller).values())

    def sees(self, caller: Identity, placed: Placed) -> bool:
        return placed.scope in self._seen(caller)

    def grants_near(self, caller: Identity, scope: str) -> tuple[Grant, ...]:
        """The caller's active roles that could matter at a normal scope: those of its subscription and those above
        it in its own tenant; all of them where the scope is above subscriptions itself."""
        key = f"{caller.tenant}/{caller.object_id}"
        if key not in self._held:
            held: defaultdict[str, list[Grant]] = defaultdict(list)
            for grant in self._grants(caller):
                held[scopes.subscription_of(grant.scope) or ""].append(grant)
            self._held[key] = {place: tuple(grants) for place, grants in held.items()}
        held_here = self._held[key]
        subscription = scopes.subscription_of(scope)
        if subscription is None:
            return tuple(grant for grants in held_here.values() for grant in grants)
        placed = self.subscriptions.get(subscription)
        above = (grant for grant in held_here.get("", ()) if placed is not None and grant.tenant is placed.tenant)
        return (*above, *held_here.get(subscription, ()))

    def _grants(self, caller: Identity) -> Iterator[Grant]:
        """Every active role of the caller, through groups and delegations too."""
        for one in caller.ids:
            for tenant, assignment in self._assignments.get(one, ()):
                yield Grant(scopes.normal(assignment.scope), assignment.role.lower(), tenant)
        for tenant, delegation in self._delegations.get(caller.tenant, ()):
            for authorization in delegation.authorizations:
                if authorization.principal.lower() in caller.ids:
                    yield Grant(scopes.normal(delegation.scope), authorization.role.lower(), tenant)

    def lineage(self, scope: str) -> tuple[str, ...]:
        """A normal scope and everything above it, in its tenant."""
        subscription = scopes.subscription_of(scope)
        if subscription is not None and (placed := self.subscriptions.get(subscription)) is not None:
            words = scope.split("/")
            own = ("/".join(words[:end]) for end in range(len(words), 2, -1))
            return (*own, *placed.above)
        if scope.startswith(scopes.MANAGEMENT_GROUP):
            owner = self._owner_of(scope.removeprefix(scopes.MANAGEMENT_GROUP))
            return _chain(owner, scope.removeprefix(scopes.MANAGEMENT_GROUP)) if owner else (scope, scopes.ROOT)
        return (scope,)

    def is_principal(self, object_id: str) -> bool:
        """Whether it is a service principal's ID; else it is taken for a group's."""
        return object_id.lower() in self._people

    def actions_of(self, tenant: Tenant | None, role: str) -> tuple[str, ...]:
        custom = next((item for item in (tenant.roles if tenant else ()) if item.id.lower() == role), None)
        if custom is not None:
            return custom.actions or USUAL_READS
        return ACTIONS.get(role, USUAL_READS if role in builtin_roles() else ())

    def may(self, caller: Identity, action: str, scope: str) -> bool:
        """Whether one of the caller's roles at, above or below a normal scope allows the action. Below counts because a
        list is answered as far as the caller can see; what Azure does there is not on record."""
        above = self.lineage(scope)
        return any(
            allows(self.actions_of(grant.tenant, grant.role), action)
            for grant in self.grants_near(caller, scope)
            if grant.scope in above or scopes.is_within(grant.scope, scope)
        )

    def _seen(self, caller: Identity) -> dict[str, Placed]:
        key = f"{caller.tenant}/{caller.object_id}"
        if key not in self._visible:
            found = {placed.scope: placed for grant in self._grants(caller) for placed in self._touched(grant)}
            self._visible[key] = {scope: found[scope] for scope in sorted(found)}
        return self._visible[key]

    def _touched(self, grant: Grant) -> Iterable[Placed]:
        subscription = scopes.subscription_of(grant.scope)
        if subscription is not None:
            return [self.subscriptions[subscription]] if subscription in self.subscriptions else []
        mine = (self.subscriptions[item.id.lower()] for item in grant.tenant.subscriptions)
        return [placed for placed in mine if grant.scope in placed.above]

    def _owner_of(self, management_group: str) -> Tenant | None:
        return next(
            (t for t in self.estate.tenants if any(g.name.lower() == management_group for g in t.management_groups)),
            None,
        )

    def _add(self, tenant: Tenant) -> None:
        for name in (tenant.id, *tenant.domains):
            self.tenants[name.lower()] = tenant
        for principal in tenant.principals:
            self._principals[tenant.id.lower(), principal.app.lower()] = principal
            self._people[principal.object_id.lower()] = principal
        members: tuple[Principal | Group, ...] = (*tenant.principals, *tenant.groups)
        for member in members:
            self._groups[member.object_id.lower()] = tuple(group.lower() for group in member.groups)
        for assignment in tenant.assignments:
            self._assignments[assignment.principal.lower()].append((tenant, assignment))
        delegated: defaultdict[str, list[Delegation]] = defaultdict(list)
        for delegation in tenant.delegations:
            self._delegations[delegation.to.lower()].append((tenant, delegation))
            delegated[scopes.subscription_of(scopes.normal(delegation.scope)) or ""].append(delegation)
        for subscription in tenant.subscriptions:
            own = subscription.id.lower()
            self.subscriptions[own] = Placed(
                subscription=subscription,
                tenant=tenant,
                above=_chain(tenant, subscription.management_group)
                if subscription.management_group
                else (scopes.ROOT,),
                delegations=tuple(delegated[own]),
            )


def _chain(tenant: Tenant, management_group: str) -> tuple[str, ...]:
    parents = {group.name.lower(): group.parent.lower() if group.parent else None for group in tenant.management_groups}
    return scopes.chain(management_group, parents)


def named(item: object, name: str, facts: Callable[[], str]) -> str:
    """The name of a thing in the estate, or one derived from its facts, the same every time."""
    return name or str(uuid5(NAMESPACE_URL, f"{type(item).__name__}:{facts().lower()}"))
