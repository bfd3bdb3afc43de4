"""Plans: what differs is changed, what needs a flag is blocked, what could not be read is left alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.errors import Refused
from pal_agent.model import Change, LinkFact, Missing, NoLink, Plan, TargetFacts
from pal_agent.plan import Allowed, ensure_safe, plan
from tests.plan.facts import AUTOMATIC, OTHERS, OURS, UNREADABLE, estates, facts

EVERYTHING = Allowed(replace=True, remove=True)
flags = st.builds(Allowed, replace=st.booleans(), remove=st.booleans())

CASES = [
    (NoLink(), "present", "create"),
    (LinkFact(partner_id=OURS), "present", None),
    (LinkFact(partner_id=OTHERS[0]), "present", "replace"),
    (NoLink(), "absent", None),
    (LinkFact(partner_id=OURS), "absent", "remove"),
    (LinkFact(partner_id=OTHERS[0]), "absent", "remove"),
    (UNREADABLE, "present", None),
    (AUTOMATIC, "present", None),
]


@pytest.mark.parametrize(("link", "wanted", "action"), CASES)
def test_each_link_leads_to_its_action(link: LinkFact | NoLink | Missing, wanted: str, action: str | None) -> None:
    """The contract's three actions, and none where nothing differs or nothing is known."""
    changes = plan([facts(1, link, wanted)], EVERYTHING).changes
    assert [change.action for change in changes] == ([action] if action else [])


@given(estates, flags)
def test_every_target_is_counted_exactly_once(targets: list[TargetFacts], allowed: Allowed) -> None:
    """Changed, blocked, as desired, or unverified."""
    found = plan(targets, allowed)
    assert len(found.changes) + len(found.blocked) + found.unchanged + found.unverified == len(targets)


@given(estates, flags)
def test_nothing_dangerous_without_its_flag(targets: list[TargetFacts], allowed: Allowed) -> None:
    """Another's ID stands and no link is removed unless the user said so; what was not allowed is shown as blocked."""
    found = plan(targets, allowed)
    actions = {change.action for change in found.changes}
    assert allowed.replace or "replace" not in actions
    assert allowed.remove or "remove" not in actions
    unlimited = plan(targets, EVERYTHING)
    everything = {*found.changes, *(blocked.change for blocked in found.blocked)}
    assert everything == set(unlimited.changes)


@given(estates, st.randoms(use_true_random=False))
def test_order_changes_nothing(targets: list[TargetFacts], chance: random.Random) -> None:
    """The same facts give the same plan."""
    shuffled = list(targets)
    chance.shuffle(shuffled)
    assert plan(shuffled, EVERYTHING) == plan(targets, EVERYTHING)


@given(estates)
def test_carried_out_there_is_nothing_left_to_do(targets: list[TargetFacts]) -> None:
    """A second plan after the first has been carried out is empty."""
    links = {change.credential: change.after for change in plan(targets, EVERYTHING).changes}
    after = [
        facts(number, _link(links[one.target.credential]), one.target.link) if one.target.credential in links else one
        for number, one in enumerate(targets)
    ]
    assert plan(after, EVERYTHING).changes == ()


def _link(partner_id: str | None) -> LinkFact | NoLink:
    return NoLink() if partner_id is None else LinkFact(partner_id=partner_id)


def _plan(*, replaced: int, existing: int, created: int = 0) -> Plan:
    changes = [
        Change(action=action, credential=f"c{n}", tenant_id="t", object_id="o", before="1", after="2")  # type: ignore[arg-type]
        for n, action in enumerate(["replace"] * replaced + ["create"] * created)
    ]
    return Plan(changes=tuple(changes), blocked=(), unchanged=0, unverified=0, existing=existing)


THRESHOLD = [
    (10, 10, 30, False),
    (3, 10, 30, False),
    (4, 11, 30, True),
    (3, 11, 30, False),
    (1, 100, 0, True),
    (30, 100, 30, False),
    (31, 100, 30, True),
    (100, 100, 100, False),
]


@pytest.mark.parametrize(("replaced", "existing", "limit", "refused"), THRESHOLD)
def test_the_threshold_holds_when_more_than_ten_links_exist(
    replaced: int, existing: int, limit: float, *, refused: bool
) -> None:
    """A percentage of the links that exist; at the limit is still allowed, creations never count."""
    found = _plan(replaced=replaced, existing=existing, created=500)
    if not refused:
        ensure_safe(found, limit)
        return
    with pytest.raises(Refused, match="Nothing was written"):
        ensure_safe(found, limit)
