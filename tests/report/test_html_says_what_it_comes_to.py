"""The first thing on the page is the answer, in one sentence, and what changed since the run before."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.model import Link, LinkState, Run, State, SubscriptionResult, Tier
from pal_agent.report import Options, html
from pal_agent.report._answer import answer
from pal_agent.report._since import changes
from pal_agent.report.page.charts import share, slices, trend
from tests.report.example_run import (
    FABRIKAM,
    WINGTIP,
    empty_run,
    example_findings,
    example_run,
    example_subscriptions,
    example_targets,
    header,
    no_counts,
    run_of,
    subscription,
    target,
    tiers,
    well_run,
)


@pytest.mark.parametrize(
    ("run", "mood", "sentence"),
    [
        (empty_run(), "empty", "Nothing was checked: this run had no targets."),
        (well_run(), "well", "All is well: all 2 links are in place and all 2 subscriptions have full influence."),
        (
            example_run(),
            "incomplete",
            (
                "Could not tell everything: 1 of 4 credentials could not be read and 1 of 4 subscriptions is unknown; "
                "of the rest, 1 of 4 links is missing and 2 of 4 subscriptions lack full influence."
            ),
        ),
        (
            run_of(example_targets()[1:], example_subscriptions()[:3], example_findings()[:3]),
            "wrong",
            "Not all is well: 1 of 3 links is missing and 2 of 3 subscriptions lack full influence.",
        ),
        (
            run_of(example_targets()[1:3], example_subscriptions()[:2], example_findings()[3:4], require=Tier.PEC),
            "warned",
            "All 2 links are in place and 1 of 2 subscriptions has full partner earned credit, with 1 warning.",
        ),
        (
            run_of(example_targets()[1:], example_subscriptions()[:1], []),
            "well",
            (
                "All is well: 2 of 3 links are in place and the subscription has full influence; "
                "the rest is as wanted or excepted."
            ),
        ),
        (
            run_of([target("a", FABRIKAM)], [], []),
            "well",
            "All is well: the link is in place; no subscription is visible yet.",
        ),
    ],
)
def test_one_sentence_says_whether_all_is_well(run: Run, mood: str, sentence: str) -> None:
    """Not being able to tell outranks being wrong; what is wanted or excepted is not wrong."""
    given_answer = answer(run.header, run.counts)
    assert (given_answer.mood, given_answer.sentence) == (mood, sentence)
    page = "".join(html.render(run, Options(now=datetime(2026, 11, 4, tzinfo=UTC))))
    assert f'<h1 id="answer">{sentence}</h1>' in page


def test_what_changed_since_the_last_run_is_told_worst_first() -> None:
    """Links and subscriptions, lost, won, unreadable, new and gone; by name."""
    missing = Link(state=LinkState.MISSING)
    before = run_of(
        [
            target("kept", FABRIKAM),
            target("lost", FABRIKAM),
            target("old", FABRIKAM),
            target("won", WINGTIP, link=missing),
        ],
        [numbered(1, State.FULL), numbered(2, State.NONE), numbered(3, State.FULL), numbered(4, State.FULL)],
        [],
    )
    after = run_of(
        [
            target("kept", FABRIKAM),
            target("lost", FABRIKAM, link=missing),
            target("new", FABRIKAM),
            target("won", WINGTIP),
        ],
        [numbered(1, State.PARTIAL), numbered(2, State.PARTIAL), numbered(3, State.UNKNOWN), numbered(5, State.FULL)],
        [],
    )
    assert [(change.way, change.text) for change in changes(before, after)] == [
        ("worse", f"1 link lost: lost@{FABRIKAM}"),
        ("better", f"1 link won: won@{WINGTIP}"),
        ("worse", "1 subscription lost influence: number 1"),
        ("better", "1 subscription gained influence: number 2"),
        ("other", "1 subscription could not be told this time: number 3"),
        ("other", "1 subscription new: number 5"),
        ("other", "1 subscription no longer seen: number 4"),
        ("other", f"1 credential new: new@{FABRIKAM}"),
        ("other", f"1 credential no longer checked: old@{FABRIKAM}"),
    ]


def numbered(number: int, state: State) -> SubscriptionResult:
    return subscription(number, f"number {number}", FABRIKAM, tiers=tiers(state))


def test_many_changes_of_a_kind_are_counted_not_listed() -> None:
    """Three names, and how many more."""
    gone = run_of([], [numbered(number, State.FULL) for number in range(1200)], [])
    [change] = changes(gone, run_of([], [], []))
    assert change.text == "1,200 subscriptions no longer seen: number 0, number 1, number 2 and 1,197 more"


@given(st.lists(st.sampled_from(State), max_size=6), st.lists(st.sampled_from(State), max_size=6))
def test_changes_there_and_back_mirror_each_other(before: list[State], after: list[State]) -> None:
    """Nothing changes from a run to itself, and what is won one way is lost the other way."""
    one, two = (run_of([], [numbered(n, state) for n, state in enumerate(each)], []) for each in (before, after))
    assert changes(one, one) == ()
    mirrored = {"gained": "lost", "lost": "gained", "new": "no longer seen", "no longer seen": "new"}
    there, back = ({change.text for change in changes(*pair)} for pair in ((one, two), (two, one)))
    for word, mirror in mirrored.items():
        assert {text.replace(word, mirror) for text in there if f" {word}" in text} == {
            text for text in back if f" {mirror}" in text
        }


@given(st.dictionaries(st.sampled_from(["full", "partial", "none", "unknown"]), st.integers(0, 10_000)))
def test_slices_fill_the_whole_and_keep_their_order(numbers: dict[str, int]) -> None:
    """Every state that occurs has a slice of its size, side by side; a share says 0 or 100 only when it is so."""
    shown = slices(numbers, {state: state for state in ("full", "partial", "none", "unknown")})
    assert [one.number for one in shown] == [
        numbers[state] for state in ("full", "partial", "none", "unknown") if numbers.get(state)
    ]
    if shown:
        assert abs(sum(one.size for one in shown) - 100) < 0.01
        assert abs(shown[-1].start + shown[-1].size - 100) < 0.01
        percent = share(numbers, "full")
        assert (percent == 100) == (len(shown) == 1 and shown[0].state == "full")
        assert (percent == 0) == (not numbers.get("full"))


def test_a_trend_needs_two_runs_and_ends_with_this_one() -> None:
    """Runs without targets are left out; a run that is recorded already is not drawn twice."""
    run = well_run()
    assert trend([(run.header, run.counts)]) is None
    earlier = (
        header(id="earlier", finished_at="2026-11-01T00:00:00Z"),
        replace(run.counts, links={"linked": 1, "missing": 1}),
    )
    empty = (header(id="empty"), no_counts())
    options = Options(now=datetime(2026, 11, 4, tzinfo=UTC), trend=(earlier, empty, (run.header, run.counts)))
    page = "".join(html.render(run, options))
    assert "<span>2 runs</span>" in page
    assert "Links in place: from 50 to 100 percent" in page
    assert "2026-11-01 00:00 UTC" in page
