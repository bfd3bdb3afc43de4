"""What the agent makes of the facts: a run, as reports and history see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from pal_agent.model.facts import Target
from pal_agent.model.words import LinkState, Reason, Severity, State, Status, Tier


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
    """Summary of a run, by state. Keys are the contract's words; `kinds` are findings by id, excepted ones too."""

    targets: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    subscriptions: dict[str, int] = field(default_factory=dict)
    resource_groups: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)


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
