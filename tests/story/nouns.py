"""The nouns of the oracle: a credential's aim, what it is granted, and what it can be told. All frozen.

None stands for what Azure refuses to tell.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from pal_agent.sim.estate import Delegation, Deny, Link, Subscription, Tenant

TABLE = Path(__file__).parents[2] / "src" / "pal_agent" / "roles" / "data" / "pec_roles.csv"


def _partner_table() -> dict[str, str]:
    with TABLE.open(encoding="utf-8") as file:
        return {row["role_definition_guid"].lower(): row["pec_eligible"].lower() for row in csv.DictReader(file)}


PARTNER_TABLE = _partner_table()


@dataclass(frozen=True, kw_only=True)
class Aim:
    """One credential in one tenant, as the configuration has it."""

    credential: str
    tenant: str
    client_id: str
    secret: str = field(repr=False)
    partner_id: str
    link: str
    groups: frozenset[str]
    expires: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.credential.lower(), self.tenant.lower()


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why something can't be had: the contract's code, and the HTTP status."""

    code: str
    status: int


FORBIDDEN = Refused(code="forbidden", status=403)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role that somebody holds, or may hold (`certain` False), in one subscription."""

    id: str
    scope: str
    role: str
    role_name: str | None
    principal: str
    via: str
    certain: bool = True
    standing: bool | None = True

    @property
    def eligible(self) -> str:
        return PARTNER_TABLE.get(self.role) or "undocumented"


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One subscription as one target sees it. `offers` are (scope, role, principal) that could be switched on."""

    place: "Place"
    delegated: bool
    groups: tuple[str, ...] | None
    grants: tuple[Grant, ...] | None
    offers: tuple[tuple[str, str, str], ...] | None
    denies: tuple[Deny, ...] | None
    incomplete: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """A subscription and what is above it, in lower case: its management groups, and the root."""

    subscription: Subscription
    tenant: Tenant
    above: tuple[str, ...]
    delegations: tuple[Delegation, ...]

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.subscription.id.lower()}"

    @property
    def managers(self) -> set[str]:
        named = (*self.subscription.managed_by, *(delegation.to for delegation in self.delegations))
        return {tenant.lower() for tenant in named}

    def is_touched_by(self, scope: str) -> bool:
        """Whether a scope is above the subscription, is it, or lies in it."""
        scope = scope.lower()
        return scope in self.above or scope == self.scope or scope.startswith(self.scope + "/")


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that one target can be told. `refused` stands in place of the link; `sights` None where even the list of
    subscriptions is refused, and nothing is seen before sign-in."""

    aim: Aim
    object_id: str | None
    link: Link | None
    partner_name: str | None = None
    refused: Refused | None = None
    sights: tuple[Sight, ...] | None = ()

    @property
    def is_automatic(self) -> bool:
        return self.refused is not None and self.refused.code == "csp-automatic"

    @property
    def is_unverified(self) -> bool:
        return self.refused is not None and not self.is_automatic

    @property
    def earns(self) -> bool:
        return self.refused is None and self.link is not None and self.link.partner_id == self.aim.partner_id
