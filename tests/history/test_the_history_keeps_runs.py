"""What was recorded is found again, by any name a person may use; and old runs make room."""

import sqlite3
import stat
import threading

import pytest

from pal_agent.errors import HistoryError
from pal_agent.history import History, Write
from pal_agent.model import Link, LinkState


def test_a_recorded_run_is_the_run(tmp_path, a_run) -> None:
    """Answers, facts, counts and header alike, after closing and opening again."""
    run = a_run("run-a")
    with History(tmp_path / "h.db") as history:
        history.record(run)
    with History(tmp_path / "h.db", write=False) as history:
        recorded = history.load()
        assert (recorded.header, recorded.counts) == (run.header, run.counts)
        for what in ("targets", "subscriptions", "findings", "whole_facts", "sightings"):
            assert list(getattr(recorded, what)()) == list(getattr(run, what)()) != []
        assert recorded.target(("deploy", "t1")) == next(run.targets())
        assert recorded.target(("deploy", "t2")) is None


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (None, "ccc-2"),
        ("last", "ccc-2"),
        ("-1", "ccc-2"),
        ("-2", "ccc-1"),
        ("last-1", "ccc-1"),
        ("last~2", "bbb-1"),
        ("1", "bbb-1"),
        ("3", "ccc-2"),
        ("bbb", "bbb-1"),
        ("BBB-1", "bbb-1"),
        ("ccc-1", "ccc-1"),
    ],
)
def test_a_run_is_found_by_id_prefix_number_or_counting_back(tmp_path, a_run, reference, found) -> None:
    """`report RUN` and `diff A B` take what `history` shows."""
    with History(tmp_path / "h.db") as history:
        for run_id in ("bbb-1", "ccc-1", "ccc-2"):
            history.record(a_run(run_id))
        assert history.load(reference).header.id == found


@pytest.mark.parametrize("reference", ["ccc", "zzz", "-4", "-0", "last-3", "0", "99"])
def test_an_unclear_name_is_refused(tmp_path, a_run, reference) -> None:
    """An ambiguous prefix is not guessed at; the message says how to see the runs."""
    with History(tmp_path / "h.db") as history:
        for run_id in ("bbb-1", "ccc-1", "ccc-2"):
            history.record(a_run(run_id))
        with pytest.raises(HistoryError, match="pal-agent history"):
            history.load(reference)


def test_runs_are_listed_newest_first(tmp_path, a_run) -> None:
    """With their counts, and whether they can be evaluated again."""
    with History(tmp_path / "h.db") as history:
        for run_id in "abc":
            history.record(a_run(run_id), keep=100, keep_facts=2)
        assert [(run.header.id, run.number, run.has_facts) for run in history.runs()] == [
            ("c", 3, True),
            ("b", 2, True),
            ("a", 1, False),
        ]
        assert list(history.load("a").whole_facts()) == []
        assert list(history.load("a").targets()) != []


def test_the_oldest_runs_make_room(tmp_path, a_run) -> None:
    """Nothing of them stays behind, and our own writes older than the oldest run go too."""
    with History(tmp_path / "h.db") as history:
        history.record_write(a_write(at="2020-01-01T00:00:00Z"))
        history.record_write(a_write(at="2026-03-01T10:00:30Z"))
        for run_id in "abc":
            history.record(a_run(run_id), keep=2)
        assert [run.header.id for run in history.runs()] == ["c", "b"]
        kept = history.last_write("T1", "O1", "2000")
        assert kept is not None
        assert kept.at == "2026-03-01T10:00:30Z"
        assert history.last_write("T1", "O1", "2000", not_in=kept.run_id) is None
    connection = sqlite3.connect(tmp_path / "h.db")
    for table in ("target_fact", "subscription_fact", "target", "subscription", "finding"):
        assert connection.execute(f"SELECT DISTINCT run FROM {table} ORDER BY run").fetchall() == [(2,), (3,)]
    connection.close()


def test_the_previous_target_is_the_newest_whose_link_was_known(tmp_path, a_run) -> None:
    """A run that could not read the link hides no change made before it."""
    other = Link(state=LinkState.OTHER, partner_id="5127299")
    with History(tmp_path / "h.db") as history:
        assert history.previous_target(("deploy", "t1")) is None
        history.record(a_run("a"))
        history.record(a_run("b", link=other, started_at="2026-03-02T10:00:00Z"))
        history.record(a_run("c", link=Link(state=LinkState.UNKNOWN)))
        previous = history.previous_target(("Deploy", "T1"))
        assert previous is not None
        assert (previous.run_id, previous.started_at, previous.result.link) == ("b", "2026-03-02T10:00:00Z", other)
        assert history.previous_target(("deploy", "t2")) is None


def test_the_run_before_is_of_the_same_command(tmp_path, a_run) -> None:
    """What changed since the last check is not asked of an apply."""
    with History(tmp_path / "h.db") as history:
        for run_id, command in [("a", "check"), ("b", "apply"), ("c", "check")]:
            history.record(a_run(run_id, command=command))
        before = {run_id: history.before(run_id) for run_id in ("a", "b", "c", "not recorded yet")}
        assert {run_id: run and run.header.id for run_id, run in before.items()} == {
            "a": None,
            "b": None,
            "c": "a",
            "not recorded yet": "c",
        }


def a_write(**more: str | None) -> Write:
    fixed = {"run_id": "r1", "at": "2026-03-01T10:00:00Z", "credential": "deploy", "tenant_id": "T1", "object_id": "O1"}
    return Write(**{**fixed, "action": "create", "before": None, "after": "5127255", **more})


def test_our_last_write_explains_a_changed_link(tmp_path) -> None:
    """By principal and time, in any spelling; failed writes explain nothing."""
    with History(tmp_path / "h.db") as history:
        history.record_write(a_write())
        history.record_write(a_write(run_id="r2", at="2026-03-02T10:00:00Z", action="remove", after=None))
        history.record_write(a_write(run_id="r3", at="2026-03-03T10:00:00Z", failed="forbidden"))
        found = history.last_write("t1", "o1", "2026-03-01T10:00:00Z")
        assert found is not None
        assert (found.run_id, found.action, found.after) == ("r2", "remove", None)
        earlier = history.last_write("t1", "o1", "2026-03-01T10:00:00Z", not_in="r2")
        assert earlier is not None
        assert earlier.run_id == "r1"
        assert history.last_write("t1", "o1", "2026-03-02T10:00:01Z") is None
        assert history.last_write("t2", "o1", "2000") is None


def test_only_the_owner_may_read_it(tmp_path, a_run) -> None:
    """It names customers: the file is 0600 and a folder made for it 0700, the files beside it too."""
    path = tmp_path / "new" / "deeper" / "h.db"
    with History(path) as history:
        history.record(a_run("a"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_run_recorded_while_another_reads_disturbs_neither(tmp_path, a_run) -> None:
    """A report may be rendered while a check records."""
    path = tmp_path / "h.db"
    with History(path) as writer:
        writer.record(a_run("a"))
        with History(path, write=False) as reader:
            walking = reader.load("a").targets()
            next(walking)
            writer.record(a_run("b"))
            assert list(walking) == []
            assert [run.header.id for run in reader.runs()] == ["b", "a"]


def test_a_history_is_for_one_thread(tmp_path) -> None:
    """Using it from another is a bug that shows at once, not a damaged file."""
    seen: list[Exception] = []
    with History(tmp_path / "h.db") as history:

        def use() -> None:
            try:
                history.record_write(a_write())
            except sqlite3.ProgrammingError as error:
                seen.append(error)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert len(seen) == 1
