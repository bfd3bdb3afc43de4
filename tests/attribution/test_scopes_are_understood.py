"""Scopes: their kinds, what they cover, which lies above which."""

import pytest

from pal_agent import scopes
from pal_agent.model import ScopeKind, State

GROUP = "/subscriptions/s1/resourceGroups/rg1"
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/mg"


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ("/", "root"),
        ("", "resource"),
        (MANAGEMENT_GROUP, "management-group"),
        (MANAGEMENT_GROUP.upper() + "/", "management-group"),
        (f"{MANAGEMENT_GROUP}/providers/p/t/r", "resource"),
        ("/providers/Microsoft.Capacity", "resource"),
        ("/subscriptions/s1", "subscription"),
        ("/SUBSCRIPTIONS/S1/", "subscription"),
        (GROUP, "resource-group"),
        (GROUP.lower(), "resource-group"),
        (MACHINE, "resource"),
        ("/subscriptions/s1/providers/Microsoft.Security/pricings/p", "resource"),
        ("no scope", "resource"),
    ],
)
def test_kind(scope: str, kind: ScopeKind) -> None:
    """The report's word for a scope."""
    assert scopes.kind(scope) == kind


@pytest.mark.parametrize(
    ("scope", "subscription", "group"),
    [
        ("/", State.FULL, State.FULL),
        ("", State.NONE, State.NONE),
        (MANAGEMENT_GROUP, State.FULL, State.FULL),
        (f"{MANAGEMENT_GROUP}/providers/p/t/r", State.NONE, State.NONE),
        ("/subscriptions/S1/", State.FULL, State.FULL),
        ("/subscriptions/s10", State.NONE, State.NONE),
        (GROUP.upper(), State.PARTIAL, State.FULL),
        ("/subscriptions/s1/resourceGroups/rg10", State.PARTIAL, State.NONE),
        ("/subscriptions/s10/resourceGroups/rg1", State.NONE, State.NONE),
        (MACHINE, State.PARTIAL, State.PARTIAL),
        ("/subscriptions/s1/providers/p/t/r", State.PARTIAL, State.NONE),
    ],
)
def test_coverage(scope: str, subscription: State, group: State) -> None:
    """The contract's table."""
    assert scopes.covers(scope, subscription_id="s1") is subscription
    assert scopes.covers(scope, subscription_id="S1", group="RG1") is group


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("/", MANAGEMENT_GROUP),
        ("/", "/subscriptions/s1"),
        ("/", "no scope"),
        (MANAGEMENT_GROUP, "/subscriptions/s1"),
        (MANAGEMENT_GROUP, MACHINE),
        ("/subscriptions/S1", GROUP),
        ("/subscriptions/s1/", "/subscriptions/s1/providers/p/t/r"),
        (GROUP, MACHINE),
        (MACHINE, f"{MACHINE}/extensions/e"),
    ],
)
def test_one_scope_lies_above_another(upper: str, lower: str) -> None:
    """And then the other does not lie above the one; each is at or above itself in any spelling."""
    assert scopes.is_at_or_above(upper, lower)
    assert not scopes.is_at_or_above(lower, upper)
    assert scopes.is_at_or_above(lower, lower.upper())


@pytest.mark.parametrize("scope", ["/", MANAGEMENT_GROUP, "/subscriptions/s1", GROUP, MACHINE])
def test_no_scope_lies_above_itself(scope: str) -> None:
    """In whatever spelling."""
    assert not scopes.is_above(scopes.parse(scope), scopes.parse(scope.upper()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MANAGEMENT_GROUP, f"{MANAGEMENT_GROUP}2"),
        ("/subscriptions/s1", "/subscriptions/s10"),
        (GROUP, f"{GROUP}0"),
        (GROUP, "/subscriptions/s2/resourceGroups/rg1"),
        (MANAGEMENT_GROUP, "/providers/Microsoft.Capacity"),
    ],
)
def test_neither_lies_above_the_other(one: str, other: str) -> None:
    """Names that begin alike are not one in the other, and of two management groups neither is taken to be above."""
    assert not scopes.is_at_or_above(one, other)
    assert not scopes.is_at_or_above(other, one)
