"""`diff`: what a manager asks after two runs: what did we lose, what did we win, what can't be told, and why."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.compare import Difference, compare
from pal_agent.compare.joined import joined
from pal_agent.errors import ExitCode
from pal_agent.model import (
    Code,
    Finding,
    GroupResult,
    Link,
    LinkState,
    Reason,
    Severity,
    State,
    Status,
)
from pal_agent.report._difference import in_json, in_words
from tests.report.example_run import FABRIKAM, FULL, NONE, PARTIAL, UNKNOWN, earning, example_run, run_of, target, tiers
from tests.report.hostile_run import hostile_run

DEPLOY = target("deploy", FABRIKAM, tenant_name="Fabrikam, Inc.")
WHOLE = earning(21, "production", FABRIKAM, "deploy", ["app", "data"])
BARE = replace(
    WHOLE,
    tiers=tiers(NONE),
    by=(),
    resource_groups=tuple(replace(group, tiers=tiers(NONE), by=()) for group in WHOLE.resource_groups),
)
MISSING = replace(DEPLOY, link=Link(state=LinkState.MISSING))
OTHER = replace(DEPLOY, link=Link(state=LinkState.OTHER, partner_id="5127299"))
UNREAD = replace(
    DEPLOY,
    status=Status.UNVERIFIED,
    reason=Reason(code=Code.TIMEOUT, message="no answer in 300 s"),
    link=Link(state=LinkState.UNKNOWN),
)
GOOD = run_of([DEPLOY], [WHOLE], [])


def to(after, before=GOOD) -> Difference:
    return compare(before, after)


def words(difference: Difference) -> str:
    return "".join(in_words(difference))


def test_a_lost_link_explains_the_credit_that_went_with_it() -> None:
    """One cause, told once, with everything that hangs on it."""
    difference = to(run_of([MISSING], [BARE], []))
    (link,) = difference.links
    assert (link.kind, link.by_others) == ("lost", False)
    (change,) = difference.subscriptions()
    assert (change.way, change.why) == ("lost", f"the link of deploy@{FABRIKAM} is lost: nothing is linked any more")
    assert [(group.name, group.way) for group in change.groups] == [("app", "lost"), ("data", "lost")]
    assert difference.exit_code == ExitCode.FINDINGS
    text = words(difference)
    assert text.startswith("Worse: 1 link lost and 1 subscription and 2 resource groups earning less.")
    assert text.count("because") == 1


def test_the_same_the_other_way_is_a_gain() -> None:
    """And nothing to fail a job for."""
    difference = to(GOOD, before=run_of([MISSING], [BARE], []))
    (change,) = difference.subscriptions()
    assert (change.way, difference.links[0].kind, difference.exit_code) == ("gained", "won", ExitCode.OK)
    assert change.why == f"deploy@{FABRIKAM} is now linked to 5127255"


def test_equal_runs_have_nothing_to_tell() -> None:
    """Whatever is in them."""
    for run in (example_run(), hostile_run(), GOOD):
        difference = compare(run, run)
        assert (difference.links, difference.targets, list(difference.subscriptions())) == ((), (), [])
        assert difference.exit_code == ExitCode.OK
        assert words(difference).startswith("Nothing changed.")


@pytest.mark.parametrize(
    ("before", "after", "wanted", "kind"),
    [
        (DEPLOY, MISSING, "present", "lost"),
        (DEPLOY, OTHER, "present", "lost"),
        (DEPLOY, MISSING, "absent", "removed"),
        (DEPLOY, OTHER, "absent", "lost"),
        (DEPLOY, UNREAD, "present", "unread"),
        (OTHER, DEPLOY, "present", "won"),
        (MISSING, OTHER, "present", "changed"),
        (OTHER, MISSING, "present", "changed"),
        (OTHER, replace(OTHER, link=replace(OTHER.link, partner_id="5127300")), "present", "changed"),
        (DEPLOY, replace(DEPLOY, link=replace(DEPLOY.link, version=9)), "present", None),
        (UNREAD, MISSING, "present", None),
        (UNREAD, DEPLOY, "present", None),
    ],
)
def test_a_link_is_lost_won_or_otherwise_changed(before, after, wanted, kind) -> None:
    """A link that we were told to remove is not lost; one that was not known before did not change."""
    after = replace(after, target=replace(after.target, link=wanted))
    found = compare(run_of([before], [], []), run_of([after], [], [])).links
    assert [change.kind for change in found] == ([kind] if kind else [])


def test_a_link_that_others_wrote_is_told_even_when_it_looks_the_same() -> None:
    """The `link-changed` finding knows what we wrote ourselves."""
    finding = Finding(
        id="link-changed",
        severity=Severity.WARNING,
        message="version rose",
        fix="",
        credential="DEPLOY",
        tenant_id=FABRIKAM,
    )
    (link,) = to(run_of([DEPLOY], [WHOLE], [finding])).links
    assert (link.kind, link.by_others, link.why) == ("changed", True, "version rose")


def test_what_could_not_be_read_is_unclear_not_lost() -> None:
    """ "Could not tell" never looks like an answer: exit code 3."""
    doubtful = replace(BARE, tiers=tiers(UNKNOWN), resource_groups=(), complete=False)
    for subscriptions in ([doubtful], []):
        difference = to(run_of([UNREAD], subscriptions, []))
        (change,) = difference.subscriptions()
        assert change.way == "unclear"
        assert change.why == f"deploy@{FABRIKAM} could not be fully read: no answer in 300 s"
        assert [target_.kind for target_ in difference.targets] == ["unread"]
        assert difference.exit_code == ExitCode.INCOMPLETE


def test_a_subscription_that_nobody_sees_any_more_is_lost() -> None:
    """Its role was taken away, whoever had it is still checked and fully read."""
    difference = to(run_of([DEPLOY], [], []))
    (change,) = difference.subscriptions()
    assert (change.way, change.why, change.after) == ("lost", "nobody sees it any more", None)
    assert difference.exit_code == ExitCode.FINDINGS


def test_a_target_that_is_no_longer_checked_loses_nothing() -> None:
    """Its subscriptions are gone from view because of the configuration, which the reader knows."""
    difference = to(run_of([], [], []))
    (change,) = difference.subscriptions()
    assert (change.way, difference.targets[0].kind, difference.exit_code) == ("other", "gone", ExitCode.OK)


def test_new_and_deleted_groups_are_told() -> None:
    """A deleted group takes no credit with it that anybody could have kept."""
    groups = (WHOLE.resource_groups[0], GroupResult(name="new", tiers=tiers(NONE)))
    difference = to(run_of([DEPLOY], [replace(WHOLE, resource_groups=groups)], []))
    (change,) = difference.subscriptions()
    assert [(group.name, group.way, group.before is None) for group in change.groups] == [
        ("data", "other", False),
        ("new", "other", True),
    ]
    assert difference.exit_code == ExitCode.OK


def test_each_tier_counts_by_itself() -> None:
    """Partner earned credit lost is a loss, though influence stands; the finding says why."""
    lost = replace(WHOLE, tiers=tiers(FULL, FULL, PARTIAL))
    finding = Finding(
        id="assignment-time-bound",
        severity=Severity.WARNING,
        message="ends tomorrow",
        fix="",
        scope=WHOLE.scope.upper(),
    )
    other = replace(finding, message="elsewhere", scope="/subscriptions/other")
    difference = to(run_of([DEPLOY], [lost], [finding, other]))
    (change,) = difference.subscriptions()
    assert (change.way, change.why) == ("lost", "ends tomorrow")
    assert "partner earned credit full → partial" in words(difference)


def test_a_tier_left_out_of_either_run_is_not_compared() -> None:
    """`--quick` did not lose anything."""
    quick = run_of([DEPLOY], [replace(WHOLE, tiers=tiers(FULL, FULL, UNKNOWN))], [], quick=True)
    assert list(to(quick).subscriptions()) == []


def test_without_a_better_reason_the_assignment_is_named() -> None:
    """Whoever had a role there has it no more."""
    (change,) = to(run_of([DEPLOY], [BARE], [])).subscriptions()
    assert change.why == f"the role assignment of deploy at {WHOLE.scope} is gone"


def test_worst_comes_first_and_long_lists_are_cut() -> None:
    """A reader of the first lines knows the worst."""
    whole = [replace(WHOLE, subscription_id=f"{number:03}", name=f"s{number}") for number in range(60)]
    bare = [replace(BARE, subscription_id=one.subscription_id, name=one.name) for one in whole]
    text = words(
        compare(run_of([DEPLOY], [*whole[:30], *bare[30:]], []), run_of([DEPLOY], [*bare[:30], *whole[30:]], []))
    )
    assert text.index("earn less (30)") < text.index("earn more (30)")
    assert text.count("… and 10 more (-o json shows all)") == 2


def test_json_tells_all_and_is_printable() -> None:
    """Whatever the names."""
    empty = run_of([], [], [])
    for difference in (compare(empty, hostile_run()), compare(hostile_run(), empty), to(run_of([MISSING], [BARE], []))):
        text = "".join(in_json(difference))
        data = json.loads(text)
        assert text.replace("\n", "").isprintable()
        assert text.isascii()
        assert len(data["subscriptions"]) == len(list(difference.subscriptions()))
        assert set(data["changes"]) == difference.ways()
        assert words(difference).replace("\n", "").isprintable()


states = st.builds(tiers, *[st.sampled_from(State)] * 3)


@given(before=states, after=states)
def test_a_lower_state_in_any_tier_is_a_loss(before, after) -> None:
    """And the way back a gain; `unknown` is neither."""
    old, new = (run_of([DEPLOY], [replace(WHOLE, tiers=tiers)], []) for tiers in (before, after))
    fallen = {
        (earlier, later)
        for earlier, later in zip(vars_of(before), vars_of(after), strict=True)
        if State.UNKNOWN not in (earlier, later) and rank(later) < rank(earlier)
    }
    assert ("lost" in compare(old, new).ways()) == bool(fallen)
    assert (compare(old, new).ways() == frozenset()) == (before == after)


def vars_of(value) -> tuple[State, ...]:
    return (value.association, value.influence, value.pec)


def rank(state: State) -> int:
    return [State.NONE, State.PARTIAL, State.FULL].index(state)


@given(left=st.sets(st.integers(0, 20)), right=st.sets(st.integers(0, 20)))
def test_side_by_side_pairs_each_with_its_own(left: set[int], right: set[int]) -> None:
    """Every element once, in order."""
    pairs = list(joined(sorted(left), sorted(right), lambda number: (f"{number:02}",)))
    assert [one for one, _ in pairs if one is not None] == sorted(left)
    assert [one for _, one in pairs if one is not None] == sorted(right)
    assert all(one == other for one, other in pairs if one is not None and other is not None)
    assert len(pairs) == len(left | right)
