"""What the agent can and can't do here, and for each thing that it can't: what that costs, why, and what mends it.

`examination` asks Azure, `diagnosis` understands the answers, `configuration` looks at this machine; `advice` holds
the words for every reason, `reads` those for every read. `table` and `json` show it.
"""

from dataclasses import dataclass
from enum import StrEnum

from pal_agent.model import Reason, Target


class Outcome(StrEnum):
    """A warning is worth acting on, but everything works; only what failed makes the exit code 3."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Why something is so, most likely, and what mends it: a step each, those that begin with `$ ` are commands."""

    cause: str
    steps: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was tried. `cost` is what its failure does to reports; `places` are the subscriptions, as
    "name (ID)", that it is about."""

    name: str
    title: str
    outcome: Outcome
    said: str
    reason: Reason | None = None
    cost: str | None = None
    advice: Advice | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """Everything that was tried with one target."""

    target: Target
    tenant_name: str | None
    object_id: str | None
    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Outcome:
        return worst(self.checks)


def worst(checks: tuple[Check, ...]) -> Outcome:
    found = {check.outcome for check in checks}
    return next((outcome for outcome in (Outcome.FAILED, Outcome.WARNING) if outcome in found), Outcome.OK)
