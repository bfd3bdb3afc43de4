"""Random estates with every oddity at once, and the configuration of a partner who works in them. For tests of laws."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal, TypeVar
from uuid import UUID

from pal_agent.sim.directory import ZERO
from pal_agent.sim.estate import (
    App,
    Assignment,
    Authorization,
    CannotRead,
    Delegation,
    Deny,
    Eligibility,
    Estate,
    Fact,
    Group,
    Link,
    ManagementGroup,
    Principal,
    Role,
    Secret,
    Subscription,
    Tenant,
)
from pal_agent.sim.roles import guid_by_name

OUR_ID, OTHER_ID = "5127255", "4433221"
SECOND_ID = "5127299"  # ours too: what some credentials are overridden to
ROLES = (
    *("Contributor", "Owner", "Support Request Contributor", "Backup Contributor", "Virtual Machine Contributor"),
    *("Reader", "Billing Reader", "Backup Reader", "Monitoring Reader", "AcrPull"),
    *("Azure Kubernetes Service Contributor Role", "Role Based Access Control Administrator"),
)
FACTS: tuple[Fact, ...] = ("groups", "assignments", "pim", "deny", "delegations", "partners")
STATES = ("Enabled", "Enabled", "Enabled", "Warned", "PastDue", "Disabled", "Deleted")
OFFERS = (
    *("PayAsYouGo_2014-09-01", "CSP_2015-05-01", "EnterpriseAgreement_2014-09-01", "AzurePlan_2019-01-01"),
    *("FreeTrial_2014-09-01", "MSDN_2014-09-01", "Sponsored_2016-01-01", "freetrial_2014-09-01"),
)
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class RandomEstate:
    """`config` is a whole configuration but for its `cloud:`; `secrets` is the environment that it refers to."""

    estate: Estate
    config: dict[str, Any]
    secrets: dict[str, str] = field(repr=False)


def random_estate(seed: int, *, tenants: int = 6, subscriptions: int = 3, groups: int = 4) -> RandomEstate:
    """The same for the same arguments. `subscriptions` is the most in a tenant, `groups` the most in a subscription."""
    return _Maker(Random(seed), subscriptions=subscriptions, groups=groups).all(tenants)


class _Maker:
    def __init__(self, random: Random, *, subscriptions: int, groups: int) -> None:
        self._random = random
        self._subscriptions = subscriptions
        self._resource_groups = groups
        self._apps: list[App] = []
        self._credentials: list[dict[str, Any]] = []
        self._secrets: dict[str, str] = {}
        self._managers: list[Tenant] = []

    def all(self, count: int) -> RandomEstate:
        shared = self._app()
        made = [self._tenant(number, shared) for number in range(count)]
        tenants = [self._delegating(tenant) for tenant in made]
        self._lost_credentials(shared)
        estate = Estate(
            tenants=tuple(tenants),
            apps=tuple(self._apps),
            partners={OUR_ID: "Contoso Cloud", SECOND_ID: None, OTHER_ID: "Northwind"},
            page_sizes={"default": self._random.choice((1, 2, 5, 1000))},
            deleted_links_shown=self._chance(0.5),
        )
        config = {
            "version": 1,
            "partner": {"id": OUR_ID, "name": "Contoso Cloud"},
            "credentials": self._credentials,
            "policy": {"require": self._one(("association", "influence", "pec"))},
        }
        return RandomEstate(estate=estate, config=config, secrets=self._secrets)

    def _tenant(self, number: int, shared: App) -> Tenant:
        tenant_id = self._guid()
        management_groups = self._management_groups()
        groups = self._groups()
        group_ids = [group.object_id for group in groups]
        principals = [self._principal(tenant_id, self._app(), group_ids) for _ in range(self._random.randint(1, 3))]
        if self._chance(0.5):
            principals.append(self._principal(tenant_id, shared, group_ids))
        subscriptions = tuple(
            self._subscription(management_groups) for _ in range(self._random.randint(0, self._subscriptions))
        )
        roles = tuple(
            Role(id=self._guid(), name=f"Custom {i}", actions=("*/read",)) for i in range(self._random.randint(0, 2))
        )
        known = (*(guid_by_name()[name.lower()] for name in ROLES), *(role.id for role in roles), self._guid())
        holders = [principal.object_id for principal in principals] + group_ids
        scopes = self._scopes(subscriptions, management_groups)
        tenant = Tenant(
            id=tenant_id,
            name=f"Tenant {number}",
            domains=(f"tenant{number}.example",),
            pim_licensed=self._chance(0.7),
            principals=tuple(self._forbidden(principal, subscriptions) for principal in principals),
            groups=groups,
            management_groups=management_groups,
            subscriptions=subscriptions,
            assignments=self._assignments(scopes, holders, known),
            eligible=self._eligible(scopes, holders, known),
            denies=self._denies(scopes, holders),
            roles=roles,
        )
        self._managers.append(tenant)
        return tenant

    def _delegating(self, tenant: Tenant) -> Tenant:
        """The tenant with some of its subscriptions and groups delegated to others."""
        others = [other for other in self._managers if other.id != tenant.id]
        delegations = [
            self._delegation(subscription, self._one(others))
            for subscription in tenant.subscriptions
            if others and self._chance(0.35)
        ]
        return replace(tenant, delegations=tuple(delegations))

    def _delegation(self, subscription: Subscription, manager: Tenant) -> Delegation:
        scope = f"/subscriptions/{subscription.id}"
        if subscription.resource_groups and self._chance(0.4):
            scope += f"/resourceGroups/{self._one(subscription.resource_groups)}"
        ids = [principal.object_id for principal in manager.principals] + [group.object_id for group in manager.groups]
        roles = [guid_by_name()[name.lower()] for name in ROLES if name != "Owner"]

        def authorizations(most: int) -> tuple[Authorization, ...]:
            count = self._random.randint(0, most)
            return tuple(Authorization(principal=self._one(ids), role=self._one(roles)) for _ in range(count))

        return Delegation(scope=scope, to=manager.id, authorizations=authorizations(3), eligible=authorizations(1))

    def _principal(self, tenant_id: str, app: App, groups: Sequence[str]) -> Principal:
        principal = Principal(
            object_id=self._guid(),
            app=app.client_id,
            groups=tuple(self._some(groups, 0.4)),
            link=self._link(),
            disabled=self._chance(0.04),
            blocked_by_policy=self._chance(0.04),
            csp=self._chance(0.05),
        )
        if self._chance(0.9):
            self._credential(tenant_id, app, groups)
        return principal

    def _credential(self, tenant_id: str, app: App, groups: Sequence[str]) -> None:
        number = len(self._credentials)
        name = f"RANDOM_SECRET_{number}"
        wrong = self._chance(0.06)
        self._secrets[name] = f"not-it-{number}" if wrong else app.secrets[0].value
        entry: dict[str, Any] = {
            "name": f"{self._one(('alpha', 'Beta', 'gamma'))}-{number}",
            "tenant": tenant_id,
            "client_id": app.client_id,
            "auth": {"kind": "client-secret", "secret": f"env:{name}"},
        }
        if self._chance(0.1):
            entry["partner_id"] = SECOND_ID
        if self._chance(0.1):
            entry["link"] = "absent"
        if groups and self._chance(0.3):
            entry["groups"] = list(self._some(groups, 0.6))
        self._credentials.append(entry)

    def _lost_credentials(self, shared: App) -> None:
        """A tenant that does not exist, and one app that its tenant does not know."""
        if self._chance(0.3):
            self._credential(self._guid(), shared, ())
        if self._chance(0.3):
            self._credential(self._managers[0].id, self._app(), ())

    def _app(self) -> App:
        secret = Secret(value=f"random-{self._guid()}", expired=self._chance(0.05))
        app = App(
            client_id=self._guid(), secrets=(secret,), disabled=self._chance(0.03), multi_tenant=self._chance(0.3)
        )
        self._apps.append(app)
        return app

    def _link(self) -> Link | None:
        kind = self._one(("none", "ours", "ours", "ours", "ours", "second", "other", "deleted"))
        if kind == "none":
            return None
        state: Literal["Active", "Deleted"] = "Deleted" if kind == "deleted" else "Active"
        partner = {"second": SECOND_ID, "other": OTHER_ID}.get(kind, OUR_ID)
        name = "Contoso Hosting" if self._chance(0.1) else None
        return Link(partner_id=partner, version=self._random.randint(1, 30), state=state, name=name)

    def _forbidden(self, principal: Principal, subscriptions: Sequence[Subscription]) -> Principal:
        if not self._chance(0.3):
            return principal
        everywhere_or_one = (None, *(subscription.id for subscription in subscriptions))
        what = CannotRead(what=self._one(FACTS), subscription=self._one(everywhere_or_one))
        return replace(principal, cannot_read=(what,))

    def _management_groups(self) -> tuple[ManagementGroup, ...]:
        names = [f"mg-{self._guid()[:8]}" for _ in range(self._random.randint(0, 3))]
        return tuple(ManagementGroup(name=name, parent=self._one((None, *names[:at]))) for at, name in enumerate(names))

    def _groups(self) -> tuple[Group, ...]:
        ids = [self._guid() for _ in range(self._random.randint(0, 3))]
        return tuple(Group(object_id=own, groups=tuple(self._some(ids[:at], 0.4))) for at, own in enumerate(ids))

    def _subscription(self, management_groups: Sequence[ManagementGroup]) -> Subscription:
        return Subscription(
            id=self._guid(),
            name=self._one(("Production", "Dev / Test", "Übung", "=1+1", "<b>bold</b>")),
            management_group=self._one((None, *(group.name for group in management_groups))),
            state=self._one(STATES),
            quota_id=self._one(OFFERS),
            managed_by=tuple(self._some([other.id for other in self._managers], 0.1)),
            resource_groups=tuple(
                f"{self._one(('rg', 'RG', 'Net'))}-{i}" for i in range(self._random.randint(0, self._resource_groups))
            ),
        )

    def _scopes(self, subscriptions: Sequence[Subscription], management_groups: Sequence[ManagementGroup]) -> list[str]:
        found = ["/"] + [f"/providers/Microsoft.Management/managementGroups/{g.name}" for g in management_groups]
        for subscription in subscriptions:
            own = f"/subscriptions/{subscription.id}"
            found += [own, own, f"{own}/providers/Microsoft.Security/pricings/default"]
            for name in subscription.resource_groups:
                found += [f"{own}/resourceGroups/{name}", f"{own}/resourcegroups/{name.upper()}"]
                found.append(f"{own}/resourceGroups/{name}/providers/Microsoft.Storage/storageAccounts/one")
        return found

    def _assignments(self, scopes: list[str], holders: list[str], roles: Sequence[str]) -> tuple[Assignment, ...]:
        count = self._random.randint(1, 2 + len(scopes) // 2)
        made = [
            Assignment(
                scope=self._rarely_root(scopes),
                role=self._one(roles),
                principal=self._one(holders),
                name=self._guid(),
                activated=self._chance(0.1),
                ends="2035-01-01T18:00:00Z" if self._chance(0.15) else None,
                origin=self._chance(0.8),
            )
            for _ in range(count)
        ]
        return tuple({(item.scope.lower(), item.role, item.principal): item for item in made}.values())

    def _eligible(self, scopes: list[str], holders: list[str], roles: Sequence[str]) -> tuple[Eligibility, ...]:
        count = self._random.randint(0, 3)
        made = [
            Eligibility(scope=self._rarely_root(scopes), role=self._one(roles), principal=self._one(holders))
            for _ in range(count)
        ]
        return tuple({(item.scope.lower(), item.role, item.principal): item for item in made}.values())

    def _denies(self, scopes: list[str], holders: list[str]) -> tuple[Deny, ...]:
        return tuple(
            Deny(
                scope=self._rarely_root(scopes),
                principals=(self._one((ZERO, *holders)),),
                excluded=tuple(self._some(holders, 0.2)),
                not_child_scopes=self._chance(0.4),
                name=self._guid(),
                title=f"Lock {number}",
            )
            for number in range(self._one((0, 0, 1, 2)))
        )

    def _rarely_root(self, scopes: list[str]) -> str:
        return scopes[0] if self._chance(0.05) else self._one(scopes[1:] or scopes)

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _one(self, items: Sequence[_T]) -> _T:
        return self._random.choice(items)

    def _some(self, items: Sequence[_T], probability: float) -> list[_T]:
        return [item for item in items if self._chance(probability)]

    def _guid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))
