"""Plans in words and in the file: every count, every key and every refusal as documented."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pal_agent.errors import Refused
from pal_agent.model import Change, LinkFact, NoLink, Plan
from pal_agent.plan import Allowed, PlanFile, Planner, change_for, describe, ensure_safe, fingerprint, plan, to_json
from tests.plan.facts import AUTOMATIC, OTHERS, OURS, UNREADABLE, facts

GOLDEN = Path(__file__).parents[1] / "golden" / "plan.json"
WHEN = "2026-11-22T10:00:00Z"
AGAIN = "\n  Nothing was written. Make a new one with: pal-agent plan --out FILE"
ALL_KINDS = [
    facts(1, NoLink()),
    facts(2, LinkFact(partner_id=OTHERS[0])),
    facts(3, LinkFact(partner_id=OURS), "absent"),
    facts(4, LinkFact(partner_id=OURS)),
    facts(5, NoLink(), "absent"),
    facts(6, UNREADABLE),
    facts(7, AUTOMATIC),
    facts(8, AUTOMATIC),
]


def test_the_counts_are_of_what_they_say() -> None:
    """Automatic CSP access is as desired, what could not be read is unverified, and existing links were read."""
    found = plan(ALL_KINDS, Allowed())
    assert (found.unchanged, found.unverified, found.existing) == (4, 1, 3)
    assert [blocked.reason for blocked in found.blocked] == ["needs --replace", "needs --remove"]


@pytest.mark.parametrize("allowed", [Allowed(remove=True), Allowed(replace=True)], ids=["removing", "replacing"])
def test_a_file_saved_earlier_is_still_a_plan(allowed: Allowed) -> None:
    """The file of the golden folder was written by schema version 1: fingerprints made then are right for ever."""
    saved = json.loads(GOLDEN.read_text(encoding="utf-8"))["remove" if allowed.remove else "replace"]
    assert to_json(plan(ALL_KINDS, allowed), created_at=WHEN) == saved
    file = PlanFile.read(json.dumps(saved), where="plan.json")
    file.ensure_current(plan(ALL_KINDS, allowed), where="plan.json")
    assert file.allowed() == allowed


def test_the_order_of_keys_is_no_edit() -> None:
    """JSON objects have none; a tool that sorts them has changed nothing."""
    content = to_json(plan(ALL_KINDS, Allowed(remove=True)), created_at=WHEN)
    turned = json.loads(json.dumps(content), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    file = PlanFile.read(json.dumps(turned), where="plan.json")
    file.ensure_current(plan(ALL_KINDS, Allowed(remove=True)), where="plan.json")


def test_plans_are_sorted_as_reports_are() -> None:
    """By credential, then tenant, in lower case: an underscore comes before every letter."""
    names = [("ab", "t"), ("aB_", "t"), ("a_b", "tb"), ("a_b", "t_")]
    targets = [
        replace(one, target=replace(one.target, credential=credential, tenant_id=tenant))
        for (credential, tenant), one in zip(names, [facts(n, NoLink()) for n in range(4)], strict=True)
    ]
    found = plan(targets, Allowed())
    assert [(change.credential, change.tenant_id) for change in found.changes] == [
        ("a_b", "t_"),
        ("a_b", "tb"),
        ("ab", "t"),
        ("aB_", "t"),
    ]


def test_without_a_principal_or_a_link_nothing_is_asked_for() -> None:
    """Whom a change would be for must be known, and so must what is there."""
    assert change_for(replace(facts(1, NoLink()), object_id=None)) is None
    assert change_for(replace(facts(1, UNREADABLE), object_id="object")) is None


def test_the_planner_knows_whether_the_last_target_changes() -> None:
    """Asked right after a target was added, and for that one alone."""
    planner = Planner(Allowed())
    assert not planner.concerns(facts(1, NoLink()).target)
    planner.add(facts(1, NoLink()))
    assert planner.concerns(facts(1, NoLink()).target)
    planner.add(facts(2, LinkFact(partner_id=OURS)))
    assert not planner.concerns(facts(2, LinkFact(partner_id=OURS)).target)
    planner.add(facts(3, NoLink()))
    assert planner.concerns(facts(3, NoLink()).target)
    assert not planner.concerns(facts(1, NoLink()).target)


def test_a_change_is_told_in_words() -> None:
    """One line each, in columns."""
    changes = plan(ALL_KINDS, Allowed(replace=True, remove=True)).changes
    assert [describe(change) for change in changes] == [
        "create   credential-001@00000000-0000-4000-8000-000000000001: link to 5127255",
        "replace  credential-002@00000000-0000-4000-8000-000000000002: 4433221 becomes 5127255",
        "remove   credential-003@00000000-0000-4000-8000-000000000003: the link to 5127255",
    ]


def test_an_unsafe_plan_is_refused_with_the_way_on() -> None:
    """How much would change, what the limit is, and how to say that it is meant. Removals count as replacements do."""
    removal = Change(action="remove", credential="c", tenant_id="t", object_id="o", before="1", after=None)
    found = Plan(changes=(removal,) * 4, blocked=(), unchanged=0, unverified=0, existing=11)
    with pytest.raises(Refused) as refused:
        ensure_safe(found, 30)
    assert str(refused.value) == (
        "4 of 11 existing links (36 %) would be replaced or removed; the limit is 30 %. Nothing was written"
        "\n  If that is what you want, say so: --max-change PERCENT (or safety.max_change_percent)."
    )


def _edited() -> str:
    return json.dumps(to_json(plan(ALL_KINDS, Allowed()), created_at=WHEN) | {"unchanged": 99})


def _odd() -> str:
    content = to_json(plan(ALL_KINDS, Allowed()), created_at=WHEN) | {"changes": [1]}
    return json.dumps({**content, "fingerprint": fingerprint(content)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "here.json: this is not a plan file: it is not JSON"),
        ("{}", f"here.json: this is not a plan file of version 1{AGAIN}"),
        (_odd(), f"here.json: the plan file does not hold what `plan` writes{AGAIN}"),
        (_edited(), f"here.json: the plan file was edited after it was made: its fingerprint differs{AGAIN}"),
    ],
    ids=["no JSON", "no plan", "odd", "edited"],
)
def test_a_file_is_refused_by_name_with_the_way_on(text: str, message: str) -> None:
    """Which file, what is wrong with it, and how to get a good one."""
    with pytest.raises(Refused) as refused:
        PlanFile.read(text, where="here.json")
    assert str(refused.value) == message


def test_a_stale_file_is_refused_by_name_with_the_way_on() -> None:
    """The same for a file that is good but no longer true."""
    saved = PlanFile.read(json.dumps(to_json(plan(ALL_KINDS, Allowed()), created_at=WHEN)), where="here.json")
    with pytest.raises(Refused) as refused:
        saved.ensure_current(plan(ALL_KINDS[1:], Allowed()), where="here.json")
    assert str(refused.value) == (
        f"here.json: the plan no longer matches: the links have changed since it was made{AGAIN}"
    )
