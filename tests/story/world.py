"""What the simulated Azure holds for each credential of a configuration, worked out from the estate by hand.

Written from the project's contract and its facts about Azure, not from the agent: it shares nothing with the package
but the estate's own nouns and the lists of roles.
"""

from collections.abc import Iterator
from typing import Any

from pal_agent.sim.estate import App, Deny, Estate, Group, Principal, Tenant
from pal_agent.sim.roles import ACTIONS, USUAL_READS, allows, builtin_roles
from tests.story.nouns import FORBIDDEN, Aim, Grant, Place, Refused, Sight, Told

EVERYONE = "00000000-0000-0000-0000-000000000000"
MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"
AUTHORIZATION = "providers/Microsoft.Authorization"
READS = {
    "groups": "Microsoft.Resources/subscriptions/resourceGroups/read",
    "assignments": "Microsoft.Authorization/roleAssignments/read",
    "pim": "Microsoft.Authorization/roleAssignmentScheduleInstances/read",
    "eligible": "Microsoft.Authorization/roleEligibilityScheduleInstances/read",
    "deny": "Microsoft.Authorization/denyAssignments/read",
    "delegations": "Microsoft.ManagedServices/registrationAssignments/read",
}


class World:
    """An estate, a configuration, and the secrets that it refers to."""

    def __init__(self, estate: Estate, config: dict[str, Any], secrets: dict[str, str], *, quick: bool = False) -> None:
        self.estate, self.config, self.quick = estate, config, quick
        self._tenants = {name.lower(): tenant for tenant in estate.tenants for name in (tenant.id, *tenant.domains)}
        self._apps = {app.client_id.lower(): app for app in estate.apps}
        self._members: dict[str, Principal | Group] = {
            member.object_id.lower(): member
            for tenant in estate.tenants
            for member in (*tenant.principals, *tenant.groups)
        }
        self.places = {place.subscription.id.lower(): place for place in self._places()}
        self.aims = sorted(_aims(config, secrets), key=lambda aim: aim.key)
        self.told = [self._tell(aim) for aim in self.aims]

    # --- the shape of things -------------------------------------------------------------------------------------

    def _places(self) -> Iterator[Place]:
        for tenant in self.estate.tenants:
            parents = {group.name.lower(): group.parent for group in tenant.management_groups}
            for subscription in tenant.subscriptions:
                above, name = [], subscription.management_group
                while name is not None:
                    above.append(MANAGEMENT_GROUP + name.lower())
                    name = parents[name.lower()]
                own = f"/subscriptions/{subscription.id}".lower()
                here = (one for one in tenant.delegations if f"{one.scope.lower()}/".startswith(f"{own}/"))
                yield Place(subscription=subscription, tenant=tenant, above=(*above, "/"), delegations=tuple(here))

    def ids(self, object_id: str) -> set[str]:
        """An object ID and all groups it is in, at any depth."""
        found: set[str] = set()
        waiting = [object_id.lower()]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += [group.lower() for group in self._members[one].groups] if one in self._members else []
        return found

    # --- signing in, and the link --------------------------------------------------------------------------------

    def principal(self, aim: Aim) -> Principal | Refused:
        """Who the target is, or why it may not come in."""
        tenant, app = self._tenants.get(aim.tenant.lower()), self._apps.get(aim.client_id.lower())
        if tenant is None:
            return Refused(code="tenant-not-found", status=400)
        found = next((one for one in tenant.principals if one.app.lower() == aim.client_id.lower()), None)
        if app is None or found is None:
            return Refused(code="app-not-in-tenant", status=401 if app is not None and app.multi_tenant else 400)
        if app.disabled or found.disabled:
            return Refused(code="principal-disabled", status=400)
        return _refused_secret(app, aim) or (
            Refused(code="blocked-by-policy", status=400) if found.blocked_by_policy else found
        )

    def _tell(self, aim: Aim) -> Told:
        who = self.principal(aim)
        if isinstance(who, Refused):
            return Told(aim=aim, object_id=None, link=None, refused=who)
        refused = self._refused_link(who)
        shown = None if refused or who.link is None or who.link.state == "Deleted" else who.link
        sights = None
        if not any(item.what == "subscriptions" for item in who.cannot_read):
            sights = tuple(self._sight(aim, who, place) for place in self._seen_by(aim, who))
        name = shown and (shown.name or self.estate.partners.get(shown.partner_id))
        return Told(
            aim=aim, object_id=who.object_id.lower(), link=shown, partner_name=name, refused=refused, sights=sights
        )

    def _refused_link(self, who: Principal) -> Refused | None:
        if any(item.what == "partners" for item in who.cannot_read):
            return FORBIDDEN
        return Refused(code="csp-automatic", status=400) if who.csp else None

    # --- subscriptions -------------------------------------------------------------------------------------------

    def _seen_by(self, aim: Aim, who: Principal) -> list[Place]:
        """Where the principal holds any active role, by ID."""
        return [place for _, place in sorted(self.places.items()) if any(self._roles(aim, who, place))]

    def _roles(self, aim: Aim, who: Principal, place: Place) -> Iterator[str]:
        """Every active role that the principal really has above, at or in the subscription."""
        ids = self.ids(who.object_id)
        for assignment in place.tenant.assignments:
            if assignment.principal.lower() in ids and place.is_touched_by(assignment.scope):
                yield assignment.role.lower()
        for delegation in place.delegations:
            for one in delegation.authorizations if delegation.to.lower() == self._home(aim) else ():
                if one.principal.lower() in ids:
                    yield one.role.lower()

    def _home(self, aim: Aim) -> str:
        return self._tenants[aim.tenant.lower()].id.lower()

    def _may(self, aim: Aim, who: Principal, place: Place, what: str) -> bool:
        """Whether a read is answered: no refusal stands in the estate, and some role has the action."""
        fact = "pim" if what == "eligible" else what
        for item in who.cannot_read:
            if item.what == fact and (item.subscription or place.subscription.id).lower() == place.scope[15:]:
                return False
        return any(allows(self._actions(place.tenant, role), READS[what]) for role in self._roles(aim, who, place))

    def _actions(self, tenant: Tenant, role: str) -> tuple[str, ...]:
        for custom in tenant.roles:
            if custom.id.lower() == role:
                return custom.actions or USUAL_READS
        return ACTIONS.get(role, USUAL_READS if role in builtin_roles() else ())

    def _is_told_of_no_licence(self, aim: Aim, who: Principal) -> bool:
        """Whether the target gets as far, in any subscription, as being told that its tenant has no PIM."""
        own = (place for place in self._seen_by(aim, who) if place.tenant.id.lower() == self._home(aim))
        return any(not place.tenant.pim_licensed and self._may(aim, who, place, "pim") for place in own)

    def _sight(self, aim: Aim, who: Principal, place: Place) -> Sight:
        delegated = place.tenant.id.lower() != self._home(aim)
        grants = self._delegated(aim, who, place) if delegated else self._assigned(aim, who, place)
        groups = self._groups_seen(aim, who, place) if self._may(aim, who, place, "groups") else None
        denies = None if self.quick or not self._may(aim, who, place, "deny") else self._denies(who, place)
        offers = self._offered(aim, who, place, delegated=delegated)
        return Sight(
            place=place,
            delegated=delegated,
            groups=groups,
            grants=grants,
            offers=offers,
            denies=denies,
            incomplete=None in (groups, grants) or (not self.quick and None in (denies, offers)),
        )

    def _groups_seen(self, aim: Aim, who: Principal, place: Place) -> tuple[str, ...]:
        """All for somebody with a role over the whole subscription; else those in which there is a role."""
        ids = self.ids(who.object_id)
        scopes = [one.scope.lower() for one in place.tenant.assignments if one.principal.lower() in ids]
        scopes += [
            delegation.scope.lower()
            for delegation in place.delegations
            if delegation.to.lower() == self._home(aim)
            and any(one.principal.lower() in ids for one in delegation.authorizations)
        ]
        names = place.subscription.resource_groups
        if any(scope == place.scope or scope in place.above for scope in scopes):
            return names
        return tuple(
            name
            for name in names
            if any(f"{scope}/".startswith(f"{place.scope}/resourcegroups/{name.lower()}/") for scope in scopes)
        )

    def _assigned(self, aim: Aim, who: Principal, place: Place) -> tuple[Grant, ...] | None:
        if not self._may(aim, who, place, "assignments"):
            return None
        ids = self.ids(who.object_id)
        pim_is_known = self._pim_is_known(aim, who, place)
        found = []
        for one in place.tenant.assignments:
            if one.principal.lower() in ids and place.is_touched_by(one.scope):
                for_good = not place.tenant.pim_licensed or not (one.activated or one.ends)
                found.append(
                    Grant(
                        id=f"{one.scope.rstrip('/')}/{AUTHORIZATION}/roleAssignments/{one.name}",
                        scope=one.scope,
                        role=one.role.lower(),
                        role_name=self._role_name(place.tenant, one.role.lower()),
                        principal=one.principal,
                        via="direct" if one.principal.lower() == who.object_id.lower() else "group",
                        standing=for_good if pim_is_known else None,
                    )
                )
        return tuple(found)

    def _pim_is_known(self, aim: Aim, who: Principal, place: Place) -> bool:
        if self.quick:
            return False
        return self._may(aim, who, place, "pim") or self._is_told_of_no_licence(aim, who)

    def _role_name(self, tenant: Tenant, role: str) -> str | None:
        custom = next((one.name for one in tenant.roles if one.id.lower() == role), None)
        return builtin_roles().get(role, custom)

    def _delegated(self, aim: Aim, who: Principal, place: Place) -> tuple[Grant, ...] | None:
        """What the delegations to the target's tenant authorise: anybody but itself may be a group that it is in."""
        if not self._may(aim, who, place, "delegations"):
            return None
        known = {who.object_id.lower(), *aim.groups}
        return tuple(
            Grant(
                id=f"{delegation.scope}/providers/Microsoft.ManagedServices/registrationAssignments/{delegation.name}",
                scope=delegation.scope,
                role=one.role.lower(),
                role_name=builtin_roles().get(one.role.lower()),
                principal=one.principal,
                via="lighthouse",
                certain=one.principal.lower() in known,
                standing=None if self.quick else True,
            )
            for delegation in place.delegations
            if delegation.to.lower() == self._home(aim)
            for one in delegation.authorizations
        )

    def _offered(
        self, aim: Aim, who: Principal, place: Place, *, delegated: bool
    ) -> tuple[tuple[str, str, str], ...] | None:
        if delegated:
            known = {who.object_id.lower(), *aim.groups}
            mine = [one for one in place.delegations if one.to.lower() == self._home(aim)]
            if not self._may(aim, who, place, "delegations"):
                return ()
            return tuple(
                (delegation.scope, one.role.lower(), one.principal.lower())
                for delegation in mine
                for one in delegation.eligible
                if one.principal.lower() in known
            )
        if not self._pim_is_known(aim, who, place):
            return None
        if not place.tenant.pim_licensed:
            return ()
        ids = self.ids(who.object_id)
        return tuple(
            (one.scope, one.role.lower(), one.principal.lower())
            for one in place.tenant.eligible
            if one.principal.lower() in ids and place.is_touched_by(one.scope)
        )

    def _denies(self, who: Principal, place: Place) -> tuple[Deny, ...]:
        """Those for the principal, for one of its groups or for everyone."""
        ids = {*self.ids(who.object_id), EVERYONE}
        return tuple(
            deny
            for deny in place.tenant.denies
            if place.is_touched_by(deny.scope) and not ids.isdisjoint(one.lower() for one in deny.principals)
        )


def _refused_secret(app: App, aim: Aim) -> Refused | None:
    known = next((secret for secret in app.secrets if secret.value == aim.secret), None)
    if known is None:
        return Refused(code="credential-invalid", status=401)
    return Refused(code="credential-expired", status=401) if known.expired else None


def _aims(config: dict[str, Any], secrets: dict[str, str]) -> Iterator[Aim]:
    for entry in config["credentials"]:
        for tenant in entry.get("tenants") or [entry["tenant"]]:
            yield Aim(
                credential=entry["name"],
                tenant=tenant.lower(),  # the agent shows tenants in lower case, as it compares them
                client_id=entry["client_id"],
                secret=secrets[entry["auth"]["secret"].removeprefix("env:")],
                partner_id=entry.get("partner_id", config["partner"]["id"]),
                link=entry.get("link", "present"),
                groups=frozenset(group.lower() for group in entry.get("groups", ())),
                expires=entry.get("expires"),
            )
