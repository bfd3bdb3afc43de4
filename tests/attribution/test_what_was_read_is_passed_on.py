"""Answers carry what Azure said: nothing that a report shows is lost or made up on the way."""

from dataclasses import replace

from pal_agent.attribution import Doubts, Sighting, attribute, holdings, link_of, summarise
from pal_agent.model import (
    Assignment,
    DenyAssignment,
    Link,
    LinkFact,
    LinkState,
    SubscriptionFacts,
    Target,
    TargetFacts,
    Tier,
)
from pal_agent.roles import bundled
from tests.attribution.shorthand import CONTRIBUTOR, EVERYONE

TARGET = Target(credential="one", tenant_id="t1", client_id=None, expected_partner_id="5127255")
LINK = LinkFact(
    partner_id="5127255",
    partner_name="Contoso",
    version=3,
    created_at="2026-01-01T00:00:00Z",
    updated_at="2026-02-02T00:00:00Z",
)
SEEN = SubscriptionFacts(
    subscription_id="S1", name="Sales", tenant_id="t1", state="Warned", quota_id="PayAsYouGo_2014-09-01"
)
FACTS = TargetFacts(target=TARGET, object_id="oid", link=LINK, subscriptions=(SEEN, SEEN), tenant_name="Fabrikam")


def test_a_link_is_shown_whole() -> None:
    """Whoever it is for, every field of it."""
    assert link_of(FACTS) == Link(
        state=LinkState.LINKED,
        partner_id="5127255",
        partner_name="Contoso",
        version=3,
        created_at="2026-01-01T00:00:00Z",
        updated_at="2026-02-02T00:00:00Z",
    )


def test_a_target_is_shown_whole() -> None:
    """Who it is, where, and how many subscriptions it sees."""
    result = summarise(FACTS, bundled())
    assert (result.target, result.object_id, result.tenant_name) == (TARGET, "oid", "Fabrikam")
    assert (result.link, result.subscription_count) == (link_of(FACTS), 2)


def test_a_subscription_is_shown_whole() -> None:
    """Its own words, and who saw it."""
    sighting = Sighting(facts=FACTS, seen=SEEN)
    result = attribute([sighting], doubts=Doubts(), catalogue=bundled(), require=Tier.INFLUENCE)
    assert (result.subscription_id, result.name, result.tenant_id) == ("S1", "Sales", "t1")
    assert (result.state, result.quota_id, result.seen_by) == ("Warned", "PayAsYouGo_2014-09-01", ("one@t1",))


def test_a_target_of_which_no_token_told_who_it_is_holds_through_groups_only() -> None:
    """And a denial for everyone is for it, too, whomever that spares."""
    scope = "/subscriptions/S1"
    assignment = Assignment(id="x", scope=scope, role_definition_id=CONTRIBUTOR, principal_id="g")
    denial = DenyAssignment(
        id="d", name=None, scope=scope, principals=(EVERYONE,), excluded=("oid",), not_child_scopes=False
    )
    seen = replace(SEEN, assignments=(assignment,), deny=(denial,), time_bound=())
    (holding,) = holdings(replace(FACTS, object_id=None), seen, bundled())
    assert (holding.assignment.via, holding.denials) == ("group", (denial,))
