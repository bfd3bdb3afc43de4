"""The contract's words, and why something is not known."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


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


def same(left: str, right: str) -> bool:
    """Azure's IDs, scopes and names compare without case."""
    return left.lower() == right.lower()
