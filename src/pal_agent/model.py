"""The nouns: frozen values that every other module speaks in. Imports nothing from this package.

Facts (what Azure answered) come first, then what the agent makes of them. All of them serialise (`codec.py`),
so a recorded run can be evaluated again offline. IDs and scopes keep Azure's spelling; compare them with `same`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol


class State(StrEnum):
    """How far a scope is attributed. `UNKNOWN` means a fact that could have changed `NONE` could not be read."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    UNKNOWN = "unknown"


class Tier(StrEnum):
    """Microsoft counts differently for each of these; see azure-facts section 6 and `explain`."""

    ASSOCIATION = "association"
    INFLUENCE = "influence"
    PEC = "pec"


class Status(StrEnum):
    """What was learned of a target: everything, the link but not all behind it, or not even the link."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    UNVERIFIED = "unverified"


class LinkState(StrEnum):
    """A target's link, seen from the partner ID expected of it."""

    LINKED = "linked"
    MISSING = "missing"
    OTHER = "other"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """Why something could not be learned or done. Fixed by the contract."""

    CREDENTIAL_INVALID = "credential-invalid"
    CREDENTIAL_EXPIRED = "credential-expired"
    TENANT_NOT_FOUND = "tenant-not-found"
    APP_NOT_IN_TENANT = "app-not-in-tenant"
    PRINCIPAL_DISABLED = "principal-disabled"
    BLOCKED_BY_POLICY = "blocked-by-policy"
    WRONG_IDENTITY = "wrong-identity"
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    BAD_RESPONSE = "bad-response"
    PAGING_LOOP = "paging-loop"
    CSP_AUTOMATIC = "csp-automatic"
    UNAVAILABLE = "unavailable"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """`status` is the HTTP status behind it, or None when there was none."""

    code: Code
    message: str
    status: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A fact that could not be read, in place of the fact."""

    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class NotAsked:
    """A fact left out on purpose (`--quick`): never makes a run incomplete."""

    why: Literal["quick"] = "quick"


# --- what is to be checked -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One credential in one tenant: the unit of work and of blame. Holds no secret."""

    credential: str
    tenant_id: str
    client_id: str | None
    expected_partner_id: str
    link: Literal["present", "absent"] = "present"
    groups: tuple[str, ...] = ()
    expires: date | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What targets are sorted and looked up by."""
        return (self.credential.lower(), self.tenant_id.lower())

    @property
    def label(self) -> str:
        return f"{self.credential}@{self.tenant_id}"


# --- facts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkFact:
    """An Active link as Azure gave it; times are Azure's own strings."""

    partner_id: str
    partner_name: str | None = None
    version: int | None = None
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoLink:
    """Azure said that nothing is linked (or that the link is Deleted)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A role assignment, as listed. `role_definition_id` is the bare GUID in lower case."""

    id: str
    scope: str
    role_definition_id: str
    principal_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleInstance:
    """A PIM instance, active (`assignment_type` Assigned or Activated) or eligible (None)."""

    id: str
    scope: str
    role_definition_id: str
    principal_id: str
    assignment_type: str | None = None
    ends_at: str | None = None
    origin_assignment_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DenyAssignment:
    """`principals` and `excluded` are object IDs; the zero GUID is everyone."""

    id: str
    name: str | None
    scope: str
    principals: tuple[str, ...]
    excluded: tuple[str, ...]
    not_child_scopes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorization:
    """One line of a Lighthouse delegation. `scope` is the delegated subscription or resource group,
    `id` the registration assignment's resource ID. `standing` is False for eligible authorizations."""

    id: str
    scope: str
    role_definition_id: str
    principal_id: str
    standing: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionFacts:
    """One subscription as one target saw it.

    `assignments` of a delegated subscription (its tenant is not the target's) are empty; `authorizations` of
    any other are. `time_bound` and `eligible` are empty where the tenant has no PIM licence.
    """

    subscription_id: str
    name: str
    tenant_id: str
    state: str
    quota_id: str | None = None
    managed_by_tenants: tuple[str, ...] = ()
    groups: tuple[str, ...] | Missing = ()
    assignments: tuple[Assignment, ...] | Missing = ()
    authorizations: tuple[Authorization, ...] | Missing = ()
    time_bound: tuple[ScheduleInstance, ...] | Missing | NotAsked = ()
    eligible: tuple[ScheduleInstance, ...] | Missing | NotAsked = ()
    deny: tuple[DenyAssignment, ...] | Missing | NotAsked = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetFacts:
    """Everything one target could tell, or why not. `subscriptions` are sorted by ID."""

    target: Target
    object_id: str | None
    link: LinkFact | NoLink | Missing
    subscriptions: tuple[SubscriptionFacts, ...] | Missing = ()
    tenant_name: str | None = None
    role_names: tuple[tuple[str, str], ...] = ()
    certificate_ends: date | None = None
    clock_skew: float | None = None


# --- answers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """The link as a report shows it; everything but `state` is None unless something is linked."""

    state: LinkState
    partner_id: str | None = None
    partner_name: str | None = None
    version: int | None = None
    created_at: str | None = None
    updated_at: str | None = None


ScopeKind = Literal["root", "management-group", "subscription", "resource-group", "resource"]
Via = Literal["direct", "group", "lighthouse"]
Eligibility = Literal["yes", "no", "undocumented"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldAssignment:
    """A role that a target effectively holds. `standing` is None where PIM could not tell."""

    id: str
    scope: str
    scope_kind: ScopeKind
    role_definition_id: str
    role_name: str | None
    principal_id: str
    via: Via
    eligible: Eligibility
    standing: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetResult:
    """A target as reports show it."""

    target: Target
    object_id: str | None
    status: Status
    reason: Reason | None
    link: Link
    role_assignments: tuple[HeldAssignment, ...] = ()
    tenant_name: str | None = None
    subscription_count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """An assignment that earns: whose, and its full resource ID."""

    credential: str
    tenant_id: str
    assignment_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tiers:
    association: State = State.NONE
    influence: State = State.NONE
    pec: State = State.NONE

    def of(self, tier: Tier) -> State:
        match tier:
            case Tier.ASSOCIATION:
                return self.association
            case Tier.INFLUENCE:
                return self.influence
            case Tier.PEC:
                return self.pec


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupResult:
    name: str
    tiers: Tiers
    by: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionResult:
    """A subscription as reports show it; one row however many targets see it."""

    subscription_id: str
    name: str
    tenant_id: str
    state: str
    tiers: Tiers
    complete: bool
    by: tuple[Source, ...] = ()
    resource_groups: tuple[GroupResult, ...] = ()
    quota_id: str | None = None
    seen_by: tuple[str, ...] = ()  # target labels, sorted

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.subscription_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Excepted:
    """The exception that covers a finding."""

    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something a person should act on. `fix` is what mends it, an az command where there is one."""

    id: str
    severity: Severity
    message: str
    fix: str
    credential: str | None = None
    tenant_id: str | None = None
    scope: str | None = None
    excepted: Excepted | None = None

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """The order of the report."""
        return (
            self.id,
            (self.credential or "").lower(),
            (self.tenant_id or "").lower(),
            (self.scope or "").lower(),
            self.message,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Summary of a run, by state. Keys are the contract's words."""

    targets: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    subscriptions: dict[str, int] = field(default_factory=dict)
    resource_groups: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunHeader:
    """What a run was. Times are RFC 3339 in UTC, ending in Z."""

    id: str
    command: str
    started_at: str
    finished_at: str
    agent_version: str
    exit_code: int
    complete: bool
    require: Tier = Tier.INFLUENCE
    quick: bool = False


class Run(Protocol):
    """A finished run, as every report sees it. The iterators are sorted as the contract says, may be walked
    any number of times, and hold one element at a time: a run of 10,000 targets never stands in memory."""

    @property
    def header(self) -> RunHeader: ...
    @property
    def counts(self) -> Counts: ...
    def targets(self) -> Iterator[TargetResult]: ...
    def subscriptions(self) -> Iterator[SubscriptionResult]: ...
    def findings(self) -> Iterator[Finding]: ...


# --- changes ----------------------------------------------------------------------------------------------------

Action = Literal["create", "replace", "remove"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One link to write. `before` is None for a create, `after` for a remove."""

    action: Action
    credential: str
    tenant_id: str
    object_id: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """A change that needs a flag nobody gave."""

    change: Change
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What `apply` would do. `existing` counts the links that exist in the chosen targets."""

    changes: tuple[Change, ...]
    blocked: tuple[Blocked, ...]
    unchanged: int
    unverified: int
    existing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a change ended: `link` is what was read back. `failed` is None when it is as desired."""

    change: Change
    writes: int
    failed: Reason | None


def same(left: str, right: str) -> bool:
    """Azure's IDs, scopes and names compare without case."""
    return left.lower() == right.lower()
