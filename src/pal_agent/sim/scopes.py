"""Azure scopes as lower-case paths: `/`, management groups, subscriptions, resource groups, resources."""

from collections.abc import Mapping

ROOT = "/"
MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"


def normal(scope: str) -> str:
    return scope.lower().rstrip("/") or ROOT


def subscription_of(scope: str) -> str | None:
    """The subscription's ID of a normal scope, or None above subscriptions."""
    words = scope.split("/")
    return words[2] if len(words) > 2 and words[1] == "subscriptions" else None


def is_within(scope: str, above: str) -> bool:
    """Whether a normal path is `above` or under it, by its text alone."""
    return above in (scope, ROOT) or scope.startswith(above + "/")


def chain(name: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """A management group's scope and those above it, up to the root."""
    scopes: list[str] = []
    current: str | None = name.lower()
    while current:
        scopes.append(MANAGEMENT_GROUP + current)
        current = parents.get(current)
    return (*scopes, ROOT)
