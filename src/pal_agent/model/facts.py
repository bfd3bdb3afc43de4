"""What is to be checked, and what Azure answered: values that serialise, so that a run can be judged again."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pal_agent.model.words import Missing, NotAsked


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
