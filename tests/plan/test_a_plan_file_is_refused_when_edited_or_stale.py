"""Plan files: what was seen is what is applied, or nothing is."""

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pal_agent.errors import Refused
from pal_agent.model import LinkFact, NoLink, TargetFacts
from pal_agent.plan import Allowed, PlanFile, fingerprint, plan, to_json
from tests.plan.facts import OTHERS, estates, facts

WHEN = "2026-11-22T10:00:00Z"
CAREFUL, BOLD = Allowed(), Allowed(replace=True, remove=True)

KEYS = ("action", "credential", "tenant_id", "object_id", "from", "to")


def read(content: Any) -> PlanFile:
    return PlanFile.read(json.dumps(content), where="plan.json")


@given(estates)
def test_a_saved_plan_is_current_while_nothing_has_changed(targets: list[TargetFacts]) -> None:
    """Flags given later only unblock what the file already shows."""
    saved = read(to_json(plan(targets, CAREFUL), created_at=WHEN))
    saved.ensure_current(plan(targets, CAREFUL), where="plan.json")
    saved.ensure_current(plan(targets, BOLD), where="plan.json")


@given(estates, st.data())
def test_any_edit_is_refused(targets: list[TargetFacts], data: st.DataObject) -> None:
    """Whatever value is changed, but for the time."""
    content = to_json(plan(targets, BOLD), created_at=WHEN)
    edited = copy.deepcopy(content)
    lines = edited["changes"] + edited["blocked"]
    place = data.draw(st.sampled_from([*lines, edited]))
    key = data.draw(st.sampled_from(sorted(set(place) - {"created_at", "schema_version", "changes", "blocked"})))
    value = data.draw(st.text() | st.integers() | st.none())
    assume(place[key] != value)
    place[key] = value
    with pytest.raises(Refused):
        read(edited)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"schema_version": 2}', "[" * 100_000])
def test_what_is_no_plan_is_refused(content: str) -> None:
    """Another version, another file, garbage."""
    with pytest.raises(Refused):
        PlanFile.read(content, where="plan.json")


@given(estates.filter(bool), st.data())
def test_a_link_that_moved_makes_it_stale(targets: list[TargetFacts], data: st.DataObject) -> None:
    """Whatever would now be done differently."""
    saved = read(to_json(plan(targets, BOLD), created_at=WHEN))
    number = data.draw(st.integers(0, len(targets) - 1))
    moved = list(targets)
    link = data.draw(st.sampled_from([NoLink(), *(LinkFact(partner_id=other) for other in OTHERS)]))
    moved[number] = facts(number, link, targets[number].target.link)
    assume(plan(moved, BOLD).changes != plan(targets, BOLD).changes)
    with pytest.raises(Refused, match="no longer matches"):
        saved.ensure_current(plan(moved, BOLD), where="plan.json")


def test_the_file_agrees_to_what_its_changes_say() -> None:
    """A replacement in the reviewed plan needs no second flag; one that was blocked still does."""
    other = facts(1, LinkFact(partner_id=OTHERS[0]))
    assert read(to_json(plan([other], BOLD), created_at=WHEN)).allowed() == Allowed(replace=True)
    assert read(to_json(plan([other], CAREFUL), created_at=WHEN)).allowed() == CAREFUL


def test_the_fingerprint_does_not_hang_on_the_time() -> None:
    """Two plans of the same facts are known to be the same."""
    found = plan([facts(1, NoLink())], CAREFUL)
    first, second = to_json(found, created_at=WHEN), to_json(found, created_at="2030-01-01T00:00:00Z")
    assert first["fingerprint"] == second["fingerprint"]
    assert first["changes"] == [
        {
            "action": "create",
            "credential": "credential-001",
            "tenant_id": "00000000-0000-4000-8000-000000000001",
            "object_id": "object-1",
            "from": None,
            "to": "5127255",
        }
    ]


@pytest.mark.parametrize("name", ["changes", "blocked"])
@pytest.mark.parametrize(
    "wrong", [None, {}, "create", [1], [None], [{}], [{"action": "create"}], [dict.fromkeys(KEYS, 1)]], ids=str
)
def test_a_fingerprint_put_right_does_not_make_it_a_plan(name: str, wrong: object) -> None:
    """Somebody who edits the file can compute the fingerprint, too: still refused, not a traceback."""
    content = to_json(plan([facts(1, NoLink())], CAREFUL), created_at=WHEN) | {name: wrong}
    with pytest.raises(Refused, match="does not hold what"):
        read({**content, "fingerprint": fingerprint(content)})
