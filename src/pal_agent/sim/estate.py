"""What exists in the simulated Azure: frozen nouns, in Azure's words. `estate_file.py` reads them from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pal_agent.sim.faults import Rule

Fact = Literal["partners", "subscriptions", "groups", "assignments", "pim", "deny", "delegations", "roles"]
Guid = Annotated[str, "guid"]
RoleId = Annotated[str, "role"]  # in YAML also the name of a built-in role


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    value: str = field(repr=False)
    expired: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """An application. Without `thumbprints` (SHA-1 or SHA-256, hex) every signed assertion is taken.

    `multi_tenant` decides how sign-in words that a tenant has no principal for it.
    """

    client_id: Guid
    secrets: tuple[Secret, ...] = ()
    thumbprints: tuple[str, ...] = ()
    disabled: bool = False
    multi_tenant: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A partner link as stored: soft-deleted ones stay, with `state` Deleted. Times are as Azure writes them; `name`
    is what Azure shows in place of the partner's name."""

    partner_id: str
    name: str | None = None
    version: int = 1
    created: str = "2025-02-21T20:07:21.1341292Z"
    updated: str = "2025-02-21T20:07:21.1341292Z"
    state: Literal["Active", "Deleted"] = "Active"


@dataclass(frozen=True, kw_only=True, slots=True)
class CannotRead:
    """A read that Azure refuses with 403: in one subscription, or everywhere."""

    what: Fact
    subscription: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """A service principal: an app in one tenant. `groups` are those it is in directly."""

    object_id: Guid
    app: Guid
    groups: tuple[Guid, ...] = ()
    link: Link | None = None
    cannot_read: tuple[CannotRead, ...] = ()
    disabled: bool = False
    blocked_by_policy: bool = False
    csp: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group and the groups it is in itself."""

    object_id: Guid
    groups: tuple[Guid, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagementGroup:
    name: str
    parent: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """`managed_by` adds to the tenants that delegations name."""

    id: Guid
    name: str
    management_group: str | None = None
    state: str = "Enabled"
    quota_id: str = "PayAsYouGo_2014-09-01"
    managed_by: tuple[Guid, ...] = ()
    resource_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """An active role assignment. With a PIM licence each has a schedule instance: `activated` from an eligible one,
    ending at `ends` (RFC 3339) or never; `origin` says whether the instance names the assignment it made."""

    scope: str
    role: RoleId
    principal: Guid
    name: str = ""
    activated: bool = False
    ends: str | None = None
    origin: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Eligibility:
    """A role that a principal may activate but does not hold."""

    scope: str
    role: RoleId
    principal: Guid
    name: str = ""
    ends: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Deny:
    """A deny assignment. The zero GUID among `principals` is everyone."""

    scope: str
    principals: tuple[Guid, ...]
    name: str = ""
    title: str = "Deny"
    excluded: tuple[Guid, ...] = ()
    not_child_scopes: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """A custom role. The default actions are the reads that nearly every built-in role has."""

    id: Guid
    name: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorization:
    principal: Guid
    role: RoleId


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegation:
    """An Azure Lighthouse delegation of a subscription or resource group to the tenant `to`."""

    scope: str
    to: Guid
    name: str = ""
    title: str = "Managed services"
    authorizations: tuple[Authorization, ...] = ()
    eligible: tuple[Authorization, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenant:
    """A tenant and all in it. Assignments at `/` reach all its subscriptions."""

    id: Guid
    name: str
    domains: tuple[str, ...] = ()
    pim_licensed: bool = True
    principals: tuple[Principal, ...] = ()
    groups: tuple[Group, ...] = ()
    management_groups: tuple[ManagementGroup, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    eligible: tuple[Eligibility, ...] = ()
    denies: tuple[Deny, ...] = ()
    roles: tuple[Role, ...] = ()
    delegations: tuple[Delegation, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttle:
    """Token buckets per principal, kind of operation and scope. Only counted in headers unless `enforced`."""

    enforced: bool = False
    reads: int = 250
    reads_refill: float = 25.0
    writes: int = 200
    writes_refill: float = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Estate:
    """Everything. `partners` maps each partner ID that exists to its name (None: Azure gives none).

    `page_sizes` is by last path word (`subscriptions`, `resourcegroups`, `roleassignments`, ...) with `default`. Where
    a `name` is left empty one is derived from the rest. `latency` is in seconds, for every call. `deleted_links_shown`
    makes GET answer 200 with state Deleted after a removal, which Azure may do, instead of 404.
    """

    tenants: tuple[Tenant, ...] = ()
    apps: tuple[App, ...] = ()
    partners: Mapping[str, str | None] = field(default_factory=dict)
    page_sizes: Mapping[str, int] = field(default_factory=dict)
    throttle: Throttle = field(default_factory=Throttle)
    deleted_links_shown: bool = False
    latency: float = 0.0
    faults: tuple[Rule, ...] = ()
