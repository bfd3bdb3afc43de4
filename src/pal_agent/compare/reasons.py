"""Why a scope earns more or less than it did: the best reason that two runs can give."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pal_agent.compare.links import TargetChanges
from pal_agent.model import Finding, Source

# Findings that explain a loss, the most telling first.
_TELLING = (
    "deny-assignment",
    "assignment-time-bound",
    "assignment-eligible-only",
    "role-not-eligible",
    "role-undocumented",
    "subscription-not-attributed",
    "subscription-partly-attributed",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What is being explained, lower case: a subscription's scope or a group's."""

    scope: str
    tenant_id: str
    seen_by: tuple[str, ...]
    earned_by: tuple[Source, ...]
    earns_by: tuple[Source, ...]
    is_group: bool = False


_PAST = {"lost": "lost", "removed": "removed, as configured", "unread": "unknown"}


class Reasons:
    """Knows what happened to targets, and the later run's findings about some subscriptions."""

    def __init__(self, changes: TargetChanges, findings: Iterable[Finding], subscriptions: Iterable[str]) -> None:
        """`subscriptions` are lower-case scopes; findings about any other are not kept."""
        self._changes = changes
        self._links = {change.label: change for change in changes.links}
        self._findings: dict[str, list[Finding]] = {scope: [] for scope in subscriptions}
        for finding in findings:
            told = self._findings.get(_subscription_scope(finding.scope or ""))
            if told is not None and finding.id in _TELLING:
                told.append(finding)

    def for_loss(self, scope: Scope) -> str:
        return _first(
            self._lost_sources(scope), self._findings_about(scope), _moved(scope.earned_by, scope.earns_by, "gone")
        )

    def for_gain(self, scope: Scope) -> str:
        return _first(self._won_sources(scope), _moved(scope.earns_by, scope.earned_by, "new"))

    def for_doubt(self, scope: Scope) -> str:
        """A target that sees the scope, or one of its tenant, could not be read."""
        troubled = self._changes.troubled
        own = (label for label in scope.seen_by if label in troubled)
        same_tenant = (label for label in troubled if label.rpartition("@")[2] == scope.tenant_id)
        return _first(f"{label} could not be fully read: {troubled[label]}" for label in (*own, *same_tenant))

    def doubted(self, scope: Scope) -> bool:
        return any(label in self._changes.troubled for label in scope.seen_by)

    def forsaken(self, scope: Scope) -> bool:
        """Whether everyone who saw it is no longer checked."""
        return bool(scope.seen_by) and all(label in self._changes.gone for label in scope.seen_by)

    def _lost_sources(self, scope: Scope) -> Iterator[str]:
        for label in _labels(scope.earned_by):
            link = self._links.get(label)
            if link and link.kind in ("lost", "removed", "unread"):
                yield f"the link of {label} is {_PAST[link.kind]}: {link.why}"
            elif label in self._changes.gone:
                yield f"{label} is no longer checked"

    def _won_sources(self, scope: Scope) -> Iterator[str]:
        for label in _labels(scope.earns_by):
            link = self._links.get(label)
            if link and link.kind == "won":
                yield f"{label} is {link.why}"
            elif label in self._changes.new:
                yield f"{label} is new"

    def _findings_about(self, scope: Scope) -> Iterator[str]:
        found = self._findings.get(_subscription_scope(scope.scope), [])
        telling = [finding for finding in found if _touches((finding.scope or "").lower(), scope.scope)]
        return (finding.message for finding in sorted(telling, key=lambda finding: _TELLING.index(finding.id)))


def _first(*reasons: Iterable[str]) -> str:
    return next((reason for some in reasons for reason in some), "")


def _moved(there: tuple[Source, ...], not_there: tuple[Source, ...], word: str) -> Iterator[str]:
    """Assignments that one run has and the other lacks."""
    known = {source.assignment_id.lower() for source in not_there}
    for source in there:
        if source.assignment_id.lower() not in known:
            where = source.assignment_id.lower().partition("/providers/microsoft.")[0] or "/"
            yield f"the role assignment of {source.credential} at {where} is {word}"


def _labels(sources: Iterable[Source]) -> Iterator[str]:
    return (f"{source.credential}@{source.tenant_id}".lower() for source in sources)


def _subscription_scope(scope: str) -> str:
    """The first two segments of a scope, lower case."""
    return "/".join(scope.lower().split("/")[:3])


def _touches(one: str, other: str) -> bool:
    """Whether either is the other or lies above it."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
