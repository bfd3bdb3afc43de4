"""Laws of the tree, on facts of any kind."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pal_agent import roles
from pal_agent.model import Assignment, NoLink, SubscriptionFacts, Target, TargetFacts
from pal_agent.scope_tree import Place, tree

TENANT = "11111111-0000-4000-8000-000000000001"
TARGET = Target(credential="one", tenant_id=TENANT, client_id=None, expected_partner_id="5127255")
OWN = "99999999-0000-4000-8000-000000000009"
ROLES = ("b24988ac-6180-42a0-ab88-20f7382dd24c", "acdd72a7-3385-48ef-bd42-f606fba81ae7")
GROUPS = [f"/providers/Microsoft.Management/managementGroups/{name}" for name in (TENANT, "a", "b", "c")]


@st.composite
def subscriptions(draw: st.DrawFn) -> tuple[SubscriptionFacts, ...]:
    """Up to five, each with the first few of a line of management groups above it, and roles here and there below."""
    return tuple(draw(subscription(number)) for number in range(draw(st.integers(0, 5))))


@st.composite
def subscription(draw: st.DrawFn, number: int) -> SubscriptionFacts:
    own = f"/subscriptions/{number:08}-5b5c-4000-8000-000000000001"
    inside = [own, f"{own}/resourceGroups/A", f"{own}/resourceGroups/A/providers/M.X/y/z", f"{own}/providers/M.X/y/w"]
    held = ["/", *GROUPS][: draw(st.integers(0, 5))] + draw(st.lists(st.sampled_from(inside), unique=True))
    return SubscriptionFacts(
        subscription_id=own.rsplit("/", maxsplit=1)[-1],
        name=f"s{number}",
        tenant_id=TENANT,
        state="Enabled",
        assignments=tuple(
            Assignment(id=f"{s}/{r}", scope=s, role_definition_id=r, principal_id=OWN) for s in held for r in ROLES
        ),
    )


def facts_of(seen: tuple[SubscriptionFacts, ...]) -> TargetFacts:
    return TargetFacts(target=TARGET, object_id=OWN, link=NoLink(), subscriptions=seen)


def flat(places: tuple[Place, ...]) -> list[Place]:
    return [found for place in places for found in (place, *flat(place.places))]


@given(subscriptions(), st.randoms())
def test_order_changes_nothing(seen: tuple[SubscriptionFacts, ...], random: object) -> None:
    """Neither that of subscriptions nor that of assignments in them."""
    turned = tuple(replace(one, assignments=one.assignments[::-1]) for one in seen[::-1])  # type: ignore[index]
    assert tree(facts_of(seen), roles.bundled()).places == tree(facts_of(turned), roles.bundled()).places


@given(subscriptions())
def test_every_role_is_shown_once_and_at_its_scope(seen: tuple[SubscriptionFacts, ...]) -> None:
    """Nothing is lost, nothing doubled, although Azure lists an inherited role under each subscription."""
    grown = tree(facts_of(seen), roles.bundled())
    places = flat(grown.places)
    shown = [grant.assignment for place in places for grant in place.grants]
    assert sorted(one.id for one in shown) == sorted(one.id for one in grown.result.role_assignments)
    assert all(place.scope == grant.assignment.scope for place in places for grant in place.grants)
    assert [place.name for place in places if place.kind == "subscription"].count("s0") == (1 if seen else 0)
