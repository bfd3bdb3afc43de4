"""Azure's scopes: what kind they are, what they cover, which lies above which. All comparisons are without case.

Where management groups hang in their tree can't be seen from a scope; Azure lists under a subscription only what
applies to it, so every management group that turns up there counts as above that subscription.
"""

from dataclasses import dataclass
from functools import lru_cache

from pal_agent.model import ScopeKind, State

_MANAGEMENT_GROUP = ("providers", "microsoft.management", "managementgroups")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """A scope taken apart; every part in lower case, `path` without a trailing slash ("" is the root).

    A resource directly under a subscription has no `group`; one under the tenant or a management group has no
    `subscription_id` either, and neither has text that is no scope at all: such scopes cover nothing.
    """

    kind: ScopeKind
    path: str
    subscription_id: str | None = None
    group: str | None = None


@lru_cache(maxsize=4096)
def parse(scope: str) -> Scope:
    path = scope.lower().rstrip("/")
    if not path:
        return Scope(kind="root" if scope else "resource", path="" if scope else "?")
    match path.split("/")[1:]:
        case ["subscriptions", subscription]:
            return Scope(kind="subscription", path=path, subscription_id=subscription)
        case ["subscriptions", subscription, "resourcegroups", group]:
            return Scope(kind="resource-group", path=path, subscription_id=subscription, group=group)
        case ["subscriptions", subscription, "resourcegroups", group, *_]:
            return Scope(kind="resource", path=path, subscription_id=subscription, group=group)
        case ["subscriptions", subscription, *_]:
            return Scope(kind="resource", path=path, subscription_id=subscription)
        case [*provider, _] if tuple(provider) == _MANAGEMENT_GROUP:
            return Scope(kind="management-group", path=path)
    return Scope(kind="resource", path=path)


def of_subscription(subscription_id: str, group: str | None = None) -> str:
    """The scope of a subscription, or of a resource group in it."""
    scope = f"/subscriptions/{subscription_id}"
    return scope if group is None else f"{scope}/resourceGroups/{group}"


def kind(scope: str) -> ScopeKind:
    return parse(scope).kind


def covers(scope: str, *, subscription_id: str, group: str | None = None) -> State:
    """How much of a subscription, or of a resource group in it, an assignment at `scope` covers."""
    return coverage(parse(scope), parse(of_subscription(subscription_id, group)))


def coverage(assigned: Scope, place: Scope) -> State:
    """As `covers`; `place` is a subscription or a resource group."""
    if assigned.kind in ("root", "management-group"):
        return State.FULL
    if assigned.subscription_id is None or assigned.subscription_id != place.subscription_id:
        return State.NONE
    if assigned.kind == "subscription":
        return State.FULL
    if place.group is None:
        return State.PARTIAL
    if assigned.group != place.group:
        return State.NONE
    return State.FULL if assigned.kind == "resource-group" else State.PARTIAL


def is_at_or_above(upper: str, lower: str) -> bool:
    """Whether what is granted at `upper` reaches `lower`. Of two management groups neither is taken to be above."""
    return is_above(parse(upper), parse(lower)) or is_same(upper, lower)


def is_same(left: str, right: str) -> bool:
    return parse(left).path == parse(right).path


def is_above(upper: Scope, lower: Scope) -> bool:
    """As `is_at_or_above`, without the scope itself."""
    if upper.path == lower.path:
        return False
    if upper.kind == "root":
        return True
    if upper.kind == "management-group" and lower.subscription_id is not None:
        return True
    return lower.path.startswith(f"{upper.path}/")
