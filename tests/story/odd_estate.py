"""Random estates of the simulator, made odder: what its own maker leaves out, and what is legal but nobody expects."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar
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
    Principal,
    Role,
    Subscription,
    Tenant,
)
from pal_agent.sim.random_estate import RandomEstate, random_estate
from pal_agent.sim.roles import builtin_roles

_T = TypeVar("_T")
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
NAMES = (
    *(
        "\x1b[31mred\x1b[0m",
        "a\x00b",
        "c1 \x9b2J",
        "del \x7f",
        "bidi \u202egnp",
        "[/bold]",
        "lone \ud800",
        "x" * 70_000,
    ),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "<script>alert(1)</script>", '"><img onerror=x>', "{{7*7}}", "]]>"),
    *("two\nlines", "::set-output name=x::1", "| cell | cell |", "'; DROP TABLE runs; --", "", " ", "Ünïcödé 東京 🏢"),
)
WORDS = ("Ünïcödé 東京", "a@b", "[brackets]", "*star*", "with space", "ZETA", "zeta", "=cmd|x", "<b>", "100%", "🏢")
OFFERS = (
    *("internal_2014-09-01", "MPN_2014-09-01", "BIZSPARK_2014-09-01", "DreamSpark_2015-02-01", "azurepass_2014-09-01"),
    *("AzureForStudents_2018-01-01", "benefit_x", "MSDNDevTest_2014-09-01", "NotMPN_2014-09-01", "Monetary_2015", ""),
)
FACTS: tuple[Fact, ...] = ("groups", "assignments", "pim", "deny", "delegations", "partners", "subscriptions")
FINDINGS = (
    *("link-missing", "link-other-partner", "role-not-eligible", "role-undocumented", "target-unverified"),
    *("subscription-not-attributed", "single-credential", "deny-assignment", "assignment-time-bound"),
)


def odd_estate(seed: int, *, tenants: int = 5) -> RandomEstate:
    """The same for the same seed, apart from the dates of exceptions and secrets, which lie around today."""
    random = Random(f"odd {seed}")
    made = random_estate(seed, tenants=tenants, subscriptions=random.choice((1, 3, 5)), groups=random.choice((1, 4, 7)))
    return _Odd(random, made).made()


class _Odd:
    def __init__(self, random: Random, made: RandomEstate) -> None:
        self._random, self._base = random, made
        self._tame = self._chance(0.35)
        self._tenants = tuple(self._tamed(one) if self._tame else one for one in made.estate.tenants)

    def made(self) -> RandomEstate:
        tenants = tuple(self._tenant(tenant) for tenant in self._tenants)
        estate = replace(
            self._base.estate,
            tenants=tenants,
            page_sizes={"default": self._one((1, 2, 3, 7, 1000)), "subscriptions": self._one((1, 2, 100))},
        )
        if not self._tame:
            return RandomEstate(estate=estate, config=self._config(estate), secrets=self._base.secrets)
        secrets = {app.client_id: app.secrets[0].value for app in estate.apps}
        config = self._config(estate)
        known = {entry["auth"]["secret"][4:]: secrets[entry["client_id"].lower()] for entry in config["credentials"]}
        return RandomEstate(
            estate=replace(estate, apps=tuple(self._working(app) for app in estate.apps)), config=config, secrets=known
        )

    def _tamed(self, tenant: Tenant) -> Tenant:
        """Nothing is refused: such estates can be complete."""
        people = (replace(one, cannot_read=(), disabled=False, blocked_by_policy=False) for one in tenant.principals)
        return replace(tenant, principals=tuple(people), delegations=tenant.delegations[:1])

    def _working(self, app: App) -> App:
        return replace(app, disabled=False, secrets=tuple(replace(one, expired=False) for one in app.secrets))

    # --- the estate ----------------------------------------------------------------------------------------------

    def _tenant(self, tenant: Tenant) -> Tenant:
        roles = (*tenant.roles, *self._custom_roles())
        scopes = sorted({one.scope for one in (*tenant.assignments, *tenant.denies, *tenant.eligible)} | {"/"})
        scopes += [f"/subscriptions/{one.id}" for one in tenant.subscriptions] * 2
        scopes += [f"/providers/Microsoft.Management/managementGroups/{one.name}" for one in tenant.management_groups]
        holders = [one.object_id for one in (*tenant.principals, *tenant.groups)]
        foreign = [one.object_id for other in self._tenants for one in (*other.principals, *other.groups)]
        assignments = (*tenant.assignments, *self._assignments(scopes, holders, roles))
        spelled = [self._spelled(one) for one in assignments]
        return replace(
            tenant,
            name=self._odd_name(tenant.name),
            roles=roles,
            principals=tuple(self._principal(one, tenant) for one in tenant.principals),
            subscriptions=tuple(self._subscription(one) for one in tenant.subscriptions),
            assignments=tuple({(one.scope.lower(), one.role, one.principal.lower()): one for one in spelled}.values()),
            eligible=(*tenant.eligible, *self._eligible(tenant)),
            denies=(*tenant.denies, *self._denies(scopes, holders, foreign), *self._denies_of(assignments)),
            delegations=(*(self._named(one) for one in tenant.delegations), *self._delegations(tenant)),
        )

    def _custom_roles(self) -> list[Role]:
        actions = self._one((("Microsoft.Compute/*",), ("Microsoft.Authorization/roleAssignments/read",), ("*",)))
        name = self._odd_name("Odd role")
        return [Role(id=self._guid(), name=name, actions=actions)] if self._chance(0.4) and name else []

    def _assignments(self, scopes: Sequence[str], holders: Sequence[str], roles: Sequence[Role]) -> list[Assignment]:
        known = (*builtin_roles(), *(role.id for role in roles))
        return [
            Assignment(
                scope=self._one(scopes),
                role=CONTRIBUTOR if self._chance(0.6) else self._one(known),
                principal=self._one(holders),
                name=self._guid(),
                activated=self._chance(0.2),
                ends="2035-01-01T18:00:00Z" if self._chance(0.2) else None,
                origin=self._chance(0.6),
            )
            for _ in range(self._random.randint(0, 4))
            if holders
        ]

    def _spelled(self, one: Assignment) -> Assignment:
        """Azure spells IDs as it likes."""
        scope = one.scope.replace("/subscriptions/", "/Subscriptions/") if self._chance(0.05) else one.scope
        principal = one.principal.upper() if self._chance(0.1) else one.principal
        return replace(one, scope=scope, principal=principal)

    def _eligible(self, tenant: Tenant) -> list[Eligibility]:
        """Of roles that are held too, and of such that are held elsewhere."""
        return [
            Eligibility(scope=self._one((one.scope, "/")), role=one.role, principal=one.principal, name=self._guid())
            for one in tenant.assignments
            if self._chance(0.1)
        ]

    def _denies(self, scopes: Sequence[str], holders: Sequence[str], foreign: Sequence[str]) -> list[Deny]:
        return [
            Deny(
                scope=self._one(scopes),
                principals=self._denied(holders, foreign),
                excluded=tuple(self._some(holders, 0.15)),
                not_child_scopes=self._chance(0.5),
                name=self._guid(),
                title=self._odd_name("Odd lock"),
            )
            for _ in range(self._one((0, 0, 1, 2, 3)))
        ]

    def _denies_of(self, assignments: Sequence[Assignment]) -> list[Deny]:
        """Just where something is assigned, and nowhere below."""
        return [
            Deny(scope=one.scope, principals=(one.principal,), not_child_scopes=True, name=self._guid())
            for one in assignments
            if self._chance(0.06)
        ]

    def _denied(self, holders: Sequence[str], foreign: Sequence[str]) -> tuple[str, ...]:
        """Everyone, one of the tenant's own, or people of other tenants; perhaps nobody."""
        if self._chance(0.3):
            return (ZERO,)
        own = (self._one(holders),) if holders and self._chance(0.6) else ()
        return (*own, *self._some(foreign, 0.1))

    def _named(self, one: Delegation) -> Delegation:
        return replace(one, name=one.name or self._guid())

    def _delegations(self, tenant: Tenant) -> list[Delegation]:
        """More of them: to several tenants, of one subscription and its groups at once, by groups nobody lists."""
        others = [other for other in self._tenants if other.id != tenant.id and other.principals]
        found = []
        for subscription in tenant.subscriptions if others and not self._tame else ():
            for _ in range(self._one((0, 0, 1, 2))):
                to = self._one(others)
                ids = [one.object_id for one in (*to.principals, *to.groups)]
                groups = [f"/resourceGroups/{name}" for name in subscription.resource_groups]
                given = [Authorization(principal=self._one(ids), role=self._one(tuple(builtin_roles()))) for _ in ids]
                found.append(
                    Delegation(
                        scope=f"/subscriptions/{subscription.id}{self._one(['', '', *groups])}",
                        to=to.id,
                        name=self._guid(),
                        authorizations=tuple({one.principal + one.role: one for one in given[:4]}.values()),
                        eligible=tuple(self._some(given, 0.3)),
                    )
                )
        return found

    def _principal(self, one: Principal, tenant: Tenant) -> Principal:
        more = []
        while not self._tame and self._chance(0.12):
            where = self._one((None, *(subscription.id for subscription in tenant.subscriptions)))
            more.append(CannotRead(what=self._one(FACTS), subscription=where))
        return replace(one, cannot_read=(*one.cannot_read, *more))

    def _subscription(self, one: Subscription) -> Subscription:
        quota_id = self._one(OFFERS) if self._chance(0.2) else one.quota_id
        one = replace(one, name=self._odd_name(one.name), quota_id=quota_id)
        return replace(one, state="Enabled", quota_id="AzurePlan_2019-01-01") if self._chance(0.5) else one

    def _odd_name(self, usual: str) -> str:
        return self._one(NAMES) if self._chance(0.1) else usual

    # --- the configuration ---------------------------------------------------------------------------------------

    def _config(self, estate: Estate) -> dict[str, Any]:
        config = dict(self._base.config)
        if self._chance(0.2):
            config["partner"] = {"id": config["partner"]["id"]}
        homes = {(tenant.id, one.app) for tenant in estate.tenants for one in tenant.principals}
        entries = [one for one in config["credentials"] if not self._tame or (one["tenant"], one["client_id"]) in homes]
        config["credentials"] = [self._credential(entry) for entry in entries or config["credentials"][:1]]
        config["exceptions"] = [self._exception(estate) for _ in range(self._random.randint(0, 4))]
        return config

    def _credential(self, entry: dict[str, Any]) -> dict[str, Any]:
        entry = dict(entry)
        if self._chance(0.1):  # unique still: the number at the end
            entry["name"] = f"{self._one(WORDS)} {entry['name'].rpartition('-')[2]}"
        if self._chance(0.15):
            entry["expires"] = self._day(self._one((-400, -3, 5, 20, 90, 400)))
        for key in ("tenant", "client_id"):
            if self._chance(0.1):
                entry[key] = entry[key].upper()
        if self._chance(0.1):
            entry["tags"] = {"region": self._one(("emea", "apac"))}
        return entry

    def _exception(self, estate: Estate) -> dict[str, Any]:
        subscriptions = [one.id for tenant in estate.tenants for one in tenant.subscriptions]
        scopes = ["*", "*@*", "/*", "alpha-*", "BETA*", *(f"/SUBSCRIPTIONS/{one}*" for one in subscriptions)]
        return {
            "finding": self._one(FINDINGS),
            "scope": self._one(scopes),
            "reason": f"agreed {self._random.randint(0, 99)}",
            "owner": "delivery@example.com",
            "expires": self._day(self._one((-200, -2, 2, 200))),
        }

    def _day(self, days: int) -> str:
        return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()

    # --- drawing -------------------------------------------------------------------------------------------------

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _one(self, items: Sequence[_T]) -> _T:
        return self._random.choice(items)

    def _some(self, items: Sequence[_T], probability: float) -> list[_T]:
        return [item for item in items if self._chance(probability)]

    def _guid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))
