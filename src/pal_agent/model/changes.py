"""Link changes: planned, blocked, carried out."""

from dataclasses import dataclass
from typing import Literal

from pal_agent.model.words import Reason

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
