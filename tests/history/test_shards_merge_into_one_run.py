"""`report FILE...`: what several machines found is what one would have found."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from pal_agent.errors import HistoryError
from pal_agent.history import merging
from pal_agent.model import Code, Finding, GroupResult, Link, LinkState, Reason, Severity, Source, Status, Tier
from pal_agent.report import Options
from pal_agent.report.json import render
from tests.report.example_run import FULL, NONE, PARTIAL, UNKNOWN, empty_run, run_of, subscription, target, tiers

OPTIONS = Options(now=datetime(2026, 11, 4, tzinfo=UTC))


def files(folder: Path, *runs) -> list[Path]:
    paths = [folder / f"{number}.json" for number in range(len(runs))]
    for path, run in zip(paths, runs, strict=True):
        path.write_text("".join(render(run, OPTIONS)))
    return paths


def seen(states, *groups, by: str = "a", **more):
    return subscription(
        1,
        "shared",
        "t",
        tiers=states,
        by=(Source(credential=by, tenant_id="t", assignment_id=f"/x/{by}"),) if states != tiers(NONE) else (),
        resource_groups=tuple(GroupResult(name=name, tiers=tiers(state)) for name, state in groups),
        seen_by=(f"{by}@t",),
        **more,
    )


def about(finding_id: str) -> Finding:
    return Finding(id=finding_id, severity=Severity.ERROR, message="m", fix="f", scope=subscription(1, "", "t").scope)


def test_the_best_of_all_shards_holds(tmp_path) -> None:
    """For each tier and group; sources and viewers add up."""
    left = run_of([target("a", "t")], [seen(tiers(FULL, PARTIAL, NONE), ("x", FULL), ("y", NONE))], [])
    right = run_of([target("b", "t")], [seen(tiers(FULL, NONE, UNKNOWN), ("Y", PARTIAL), ("z", NONE), by="b")], [])
    with merging.merge(files(tmp_path, left, right)) as run:
        (one,) = run.subscriptions()
        assert one.tiers == tiers(FULL, PARTIAL, UNKNOWN)
        assert [(group.name.lower(), group.tiers.pec) for group in one.resource_groups] == [
            ("x", FULL),
            ("y", PARTIAL),
            ("z", NONE),
        ]
        assert [source.credential for source in one.by] == ["a", "b"]
        assert one.seen_by == ("a@t", "b@t")
        assert run.counts.targets["verified"] == 2


def test_the_order_of_files_does_not_matter(tmp_path) -> None:
    """Same run, same bytes."""
    runs = [
        run_of([target(name, "t")], [seen(tiers(state), by=name)], [], id=name)
        for name, state in (("a", NONE), ("b", PARTIAL), ("c", FULL))
    ]
    texts = set()
    for paths in permutations(files(tmp_path, *runs)):
        with merging.merge(list(paths)) as run:
            texts.add("".join(render(run, OPTIONS)))
    assert len(texts) == 1


def test_a_finding_that_another_shard_refutes_is_dropped(tmp_path) -> None:
    """Not attributed here, attributed there: attributed."""
    left = run_of(
        [target("a", "t")], [seen(tiers(NONE))], [about("subscription-not-attributed"), about("offer-excluded")]
    )
    right = run_of([target("b", "t")], [seen(tiers(FULL), by="b")], [about("single-credential")])
    with merging.merge(files(tmp_path, left, right)) as run:
        assert [finding.id for finding in run.findings()] == ["offer-excluded", "single-credential"]
    third = run_of([target("c", "t")], [seen(tiers(FULL), by="c")], [about("single-credential")])
    with merging.merge(files(tmp_path, left, right, third)) as run:
        assert [finding.id for finding in run.findings()] == ["offer-excluded"]


def test_an_unverified_target_elsewhere_raises_the_same_doubt(tmp_path) -> None:
    """`none` becomes `unknown` in its tenant, and the run is incomplete."""
    failed = target(
        "b",
        "T",
        status=Status.UNVERIFIED,
        link=Link(state=LinkState.UNKNOWN),
        reason=Reason(code=Code.TIMEOUT, message="late"),
    )
    left = run_of(
        [target("a", "t")], [seen(tiers(NONE), ("x", FULL), ("y", NONE))], [about("subscription-not-attributed")]
    )
    with merging.merge(files(tmp_path, left, run_of([failed], [], [], exit_code=3, complete=False))) as run:
        (one,) = run.subscriptions()
        assert (one.tiers, one.complete) == (tiers(UNKNOWN), False)
        assert [group.tiers.influence for group in one.resource_groups] == [FULL, UNKNOWN]
        assert list(run.findings()) == []
        assert (run.header.complete, run.header.exit_code) == (False, 3)


@pytest.mark.parametrize(
    ("codes", "finding", "expected"),
    [((0, 0), None, 0), ((0, 1), "link-missing", 1), ((0, 1), None, 0), ((1, 130), None, 130), ((0, 143), None, 143)],
)
def test_the_exit_code_is_that_of_the_whole(tmp_path, codes, finding, expected) -> None:
    """As one machine would have ended."""
    findings = [Finding(id=finding, severity=Severity.ERROR, message="", fix="")] if finding else []
    runs = [run_of([target(f"c{code}", "t")], [], findings, exit_code=code) for code in codes]
    with merging.merge(files(tmp_path, *runs)) as run:
        assert run.header.exit_code == expected


def test_runs_that_asked_differently_do_not_merge(tmp_path) -> None:
    """Their numbers do not add up."""
    other = replace(empty_run(), header=replace(empty_run().header, require=Tier.PEC))
    with pytest.raises(HistoryError, match="require"):
        merging.merge(files(tmp_path, empty_run(), other))
