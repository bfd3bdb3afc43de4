"""What a target holds, as a tree of scopes: root, management groups, subscriptions, resource groups, resources. Pure.

A scope covers all that hangs below it. Where management groups hang can't be asked for with a customer's usual grant,
but it shows: one lies above another when it reaches all the subscriptions that the other reaches, and more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pal_agent import scopes
from pal_agent.attribution import summarise
from pal_agent.model import (
    HeldAssignment,
    Missing,
    Reason,
    ScopeKind,
    SubscriptionFacts,
    TargetFacts,
    TargetResult,
    same,
)
from pal_agent.roles import Catalogue
from pal_agent.scope_tree.grants import Grant, grants_in

READS = {
    "groups": "its resource groups",
    "assignments": "the roles held in it",
    "authorizations": "its Lighthouse delegation",
    "time_bound": "which roles are held for a time only (PIM)",
    "eligible": "which roles could be switched on (PIM)",
    "deny": "its deny assignments",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """What of a subscription could not be read: a key of `READS`."""

    what: str
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A scope, the roles held at it, and the places below it, sorted.

    `name` is a subscription's display name. `is_certain` is False where a management group might as well lie above the
    one that it hangs from: both reach the same subscriptions.
    """

    scope: str
    kind: ScopeKind
    name: str | None = None
    grants: tuple[Grant, ...] = ()
    unread: tuple[Unread, ...] = ()
    is_certain: bool = True
    places: tuple["Place", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """One target's. There are no places when its subscriptions could not be read, or there are none."""

    result: TargetResult
    places: tuple[Place, ...]


def tree(facts: TargetFacts, catalogue: Catalogue) -> Tree:
    result = summarise(facts, catalogue)
    merged = {_identity(assignment): assignment for assignment in result.role_assignments}
    seen = facts.subscriptions if isinstance(facts.subscriptions, tuple) else ()
    woods = _Woods(facts=facts)
    for subscription in seen:
        woods.add(subscription, grants_in(subscription, facts, catalogue, merged))
    return Tree(result=result, places=tuple(woods.places()))


def _identity(assignment: HeldAssignment) -> tuple[str, ...]:
    return (
        assignment.id.lower(),
        assignment.scope.lower(),
        assignment.role_definition_id.lower(),
        assignment.principal_id.lower(),
    )


@dataclass
class _Node:
    """A place that is still growing; children by path."""

    scope: str
    kind: ScopeKind
    seen: SubscriptionFacts | None = None
    is_certain: bool = True
    grants: dict[tuple[str, ...], Grant] = field(default_factory=dict)
    children: dict[str, "_Node"] = field(default_factory=dict)

    def child(self, scope: str, kind: ScopeKind) -> "_Node":
        return self.children.setdefault(scopes.parse(scope).path, _Node(scope=scope, kind=kind))

    def place(self) -> Place:
        return Place(
            scope=self.scope,
            kind=self.kind,
            name=self.seen.name if self.seen else None,
            grants=tuple(self.grants[key] for key in sorted(self.grants)),
            unread=tuple(_unread(self.seen)) if self.seen else (),
            is_certain=self.is_certain,
            places=tuple(self.places()),
        )

    def places(self) -> Iterator[Place]:
        order = sorted(self.children, key=lambda path: (_DEPTH[self.children[path].kind], path))
        return (self.children[path].place() for path in order)


_DEPTH: dict[ScopeKind, int] = {"root": 0, "management-group": 1, "subscription": 2, "resource-group": 3, "resource": 4}


def _unread(seen: SubscriptionFacts) -> Iterator[Unread]:
    for what in READS:
        read = getattr(seen, what)
        if isinstance(read, Missing):
            yield Unread(what=what, reason=read.reason)


@dataclass
class _Woods:
    """Takes subscriptions in, in any order; knows then which management group lies above which."""

    facts: TargetFacts
    subscriptions: dict[str, _Node] = field(default_factory=dict)
    above: dict[str, dict[tuple[str, ...], Grant]] = field(default_factory=dict)  # by path, of root and groups
    scopes_above: dict[str, str] = field(default_factory=dict)
    reach: dict[str, set[str]] = field(default_factory=dict)  # by the same path, the subscriptions below

    def add(self, seen: SubscriptionFacts, grants: Iterator[Grant]) -> None:
        path = scopes.parse(scopes.of_subscription(seen.subscription_id)).path
        node = _Node(scope=scopes.of_subscription(seen.subscription_id), kind="subscription", seen=seen)
        self.subscriptions[path] = node
        for grant in grants:
            at = scopes.parse(grant.assignment.scope)
            if at.subscription_id is None:
                self.reach.setdefault(at.path, set()).add(path)
                self.scopes_above.setdefault(at.path, grant.assignment.scope)
                self.above.setdefault(at.path, {})[grant.key] = grant
            else:
                _below(node, grant.assignment.scope).grants[grant.key] = grant

    def places(self) -> Iterator[Place]:
        trunk = _Node(scope="", kind="root")
        for path, node in self.subscriptions.items():
            at, upper = trunk, ""
            for lower in self._chain(path):
                at = at.child(self.scopes_above[lower], scopes.parse(self.scopes_above[lower]).kind)
                at.grants = self.above[lower]
                at.is_certain = not self._may_be_swapped(upper, lower)
                upper = lower
            at.children[path] = node
        return trunk.places()

    def _chain(self, subscription: str) -> list[str]:
        """The paths above a subscription, from the widest down."""
        found = [path for path, reached in self.reach.items() if subscription in reached]
        return sorted(found, key=lambda path: (-self._width(path), path))

    def _width(self, path: str) -> float:
        """How many subscriptions lie below; the root, and then the tenant's root group, are above everything."""
        if not path:
            return float("inf")
        if same(path.rsplit("/", 1)[-1], self.facts.target.tenant_id):
            return len(self.subscriptions) + 1.0
        return len(self.reach[path])

    def _may_be_swapped(self, upper: str, lower: str) -> bool:
        return bool(upper) and self._width(upper) == self._width(lower)


def _below(subscription: _Node, scope: str) -> _Node:
    """The node of a scope in a subscription; a resource hangs from its resource group."""
    at = scopes.parse(scope)
    match at.kind:
        case "subscription":
            return subscription
        case "resource" if at.group is not None:
            group = scope.strip("/").split("/")[3]
            upper = scopes.of_subscription(scope.strip("/").split("/")[1], group)
            return subscription.child(upper, "resource-group").child(scope, "resource")
    return subscription.child(scope, at.kind)
