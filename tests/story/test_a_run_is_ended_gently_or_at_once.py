"""Signals, kills and locks, with the real command in a process of its own."""

import json
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from pal_agent.sim.faults import Match, Rule, Then
from tests.story.orderly import OTHERS, OURS, Orderly, tenant_id
from tests.story.theatre import PATIENCE, Theatre, theatre

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
SLOW_WRITES = Rule(match=Match(method="PUT"), then=Then(delay=0.15))


def history_is_sound(stage: Theatre) -> bool:
    path = stage.folder / ".pal-agent" / "history.db"
    if not path.exists():
        return True
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


@pytest.mark.parametrize("number", CODES)
def test_a_signal_in_check_lists_every_target(number: signal.Signals, tmp_path: Path) -> None:
    """The report holds what was done, lists the rest as unverified, `interrupted`, and none of it as `none`."""
    with theatre(tmp_path, Orderly(links=(OURS,) * 40, latency=0.03)) as stage:
        with stage.start("check", "--jobs", "1", "-o", "json=report.json") as process:
            stage.wait_for("/partners", count=3)
            process.send_signal(number)
            _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == CODES[number], err
        assert "Traceback" not in err
        report = stage.report()
        assert (report["run"]["exit_code"], report["run"]["complete"]) == (CODES[number], False)
        assert len(report["targets"]) == 40
        done = [one for one in report["targets"] if one["status"] == "verified"]
        left = [one for one in report["targets"] if one["status"] != "verified"]
        assert 3 <= len(done) < 40
        assert {(one["status"], one["reason"]["code"], one["link"]["state"]) for one in left} == {
            ("unverified", "interrupted", "unknown")
        }
        assert {one["influence"] for one in report["subscriptions"]} == {"full"}
        assert {one["tenant_id"] for one in report["subscriptions"]} == {one["tenant_id"] for one in done}
        recorded = stage.run("report", "-o", "json")
        assert json.loads(recorded.out) == report


@pytest.mark.parametrize("number", CODES)
def test_a_signal_in_apply_lets_what_has_started_finish(number: signal.Signals, tmp_path: Path) -> None:
    """Nothing new is written, what was written is read back, and the next `apply` does the rest."""
    orderly = Orderly(links=(None,) * 30)
    with theatre(tmp_path, orderly, faults=(SLOW_WRITES,)) as stage:
        with stage.start("apply", "--yes", "--jobs", "2", "-o", "json=report.json") as process:
            stage.wait_for("/partners/", method="PUT", count=2)
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == CODES[number], err
        written = len(stage.azure.links())
        assert 2 <= written < 30
        assert out.count("done ") == written
        report = stage.report()
        assert len(report["targets"]) == 30
        assert report["summary"]["links"]["linked"] == written
        again = stage.run("apply", "--yes")
        assert again.code == 0, again.err
        assert stage.azure.links() == orderly.links_with()
        assert len(stage.writes()) == 30


@pytest.mark.parametrize("number", CODES)
def test_a_second_signal_ends_at_once(number: signal.Signals, tmp_path: Path) -> None:
    """Even where an answer would take long."""
    with theatre(
        tmp_path, Orderly(links=(OURS,) * 4), faults=(Rule(match=Match(path="*/partners"), then=Then(delay=50)),)
    ) as stage:
        with stage.start("check", "-o", "json=report.json") as process:
            stage.wait_for("/token", method="POST", count=4)
            process.send_signal(number)
            assert process.stderr is not None
            assert "Stopping" in process.stderr.readline() + process.stderr.readline()
            began = time.monotonic()
            process.send_signal(number)
            process.communicate(timeout=PATIENCE)
        assert process.returncode == CODES[number]
        assert time.monotonic() - began < 10


def test_a_second_apply_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    """4, naming the holder's process; nothing of it is written; a killed holder holds nothing."""
    with theatre(
        tmp_path, Orderly(links=(None,) * 4), faults=(Rule(match=Match(method="PUT"), then=Then(delay=50)),)
    ) as stage:
        with stage.start("apply", "--yes") as holder:
            stage.wait_for("/token", method="POST")
            sent = len(stage.azure.log)
            second = stage.run("apply", "--yes", "--target", "customer-000")
            assert second.code == 4
            assert str(holder.pid) in second.err
            stage.wait_for("/partners/", method="PUT")
            holder.kill()
        assert sent <= len(stage.azure.log)
        assert Counter(entry.method for entry in stage.writes()) <= Counter({"PUT": 4})
        stage.azure.faults.clear()
        third = stage.run("apply", "--yes")
        assert third.code == 0, third.err
        assert len(stage.azure.links()) == 4


def killed_anywhere(folder: Path, seed: int) -> None:
    """An `apply` killed at some moment, then one that isn't."""
    random = Random(seed)
    orderly = Orderly(links=tuple(random.choice((None, None, OURS, OTHERS)) for _ in range(8)))
    with theatre(
        folder, orderly, faults=(Rule(match=Match(method="P*", path="*/partners/*"), then=Then(delay=0.02)),)
    ) as stage:
        words = ("apply", "--yes", "--jobs", "3", "--max-change", "100", *(("--replace",) if seed % 2 else ()))
        with stage.start(*words) as process:
            if random.random() < 0.8:
                stage.wait_for("/token", method="POST", count=random.randint(1, 8))
            time.sleep(random.random() * 0.4)
            process.kill()
        assert history_is_sound(stage)
        after = stage.run(*words)
        wanted = orderly.links_with(replaced=bool(seed % 2))
        assert stage.azure.links() == wanted
        assert after.code == (1 if OTHERS in wanted.values() else 0), after.err
        assert history_is_sound(stage)
        assert max(Counter(entry.caller for entry in stage.writes()).values(), default=0) <= 2
        assert {entry.method for entry in stage.writes()} <= {"PUT", "PATCH"}
        check = stage.run("check", "-o", "json=report.json")
        found = {finding["id"] for finding in stage.report()["findings"]}
        assert check.code in (0, 1)
        assert "link-changed" not in found, "a write of our own passes for somebody else's"
        linked = {one["tenant_id"] for one in stage.report()["targets"] if one["link"]["state"] == "linked"}
        assert linked == {tenant for (tenant, _), partner in wanted.items() if partner == OURS}
        assert tenant_id(0) in {tenant for tenant, _ in wanted}


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_the_next_run_puts_it_right(seed: int, tmp_path: Path) -> None:
    """Links as wanted, nothing invented, no link written more than twice, the history intact."""
    killed_anywhere(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 300))
def test_killed_two_hundred_times(seed: int, tmp_path: Path) -> None:
    """The same, at two hundred moments."""
    killed_anywhere(tmp_path, seed)
