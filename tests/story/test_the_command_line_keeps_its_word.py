"""Options, files and exit codes of the real command line, over HTTPS."""

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from tests.story.conftest import Opened
from tests.story.orderly import OTHERS, OURS, SECRET, Orderly, client_id, object_id, subscription_id, tenant_id

FORMATS = ("table", "json", "csv", "html", "xlsx", "junit", "sarif", "markdown")
THREE = Orderly(links=(OURS, None, OTHERS))


def names(report: dict[str, object]) -> list[str]:
    targets = report["targets"]
    assert isinstance(targets, list)
    return [target["credential"] for target in targets]


def test_exit_codes_tell_what_was_found(opened: Opened) -> None:
    """0 for all in order, 1 for findings as `--fail-on` has it, 3 for what could not be told, which outranks 1."""
    stage = opened(Orderly(links=(OURS, None)))
    assert stage.call("check", "-q", "--target", "customer-000") == 0
    assert stage.call("check", "-q") == 1
    assert stage.call("check", "-q", "--fail-on", "never") == 0
    assert stage.call("plan", "-q") == 1
    assert stage.call("apply", "--yes") == 0
    assert stage.call("plan", "-q") == 0
    assert stage.call("check", "-q", "--fail-on", "warning") == 0
    stage.configure({**THREE.config, "policy": {"require": "pec"}})
    assert stage.call("check", "-q") == 3


def test_a_wrong_secret_is_blamed_on_its_target_alone(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """That one is unverified, with its reason; all others are as they would be without it; 3."""
    stage = opened(Orderly(links=(OURS, OURS, OURS)))
    config = Orderly(links=(OURS, OURS, OURS)).config
    config["credentials"][1]["auth"]["secret"] = "env:WRONG_SECRET"
    config["credentials"][2]["auth"]["secret"] = "env:NO_SUCH_SECRET"
    monkeypatch.setenv("WRONG_SECRET", "wr0ng")
    stage.configure(config)
    assert stage.call("check", "-o", "json=report.json") == 3
    report = stage.report()
    assert [(one["status"], one["reason"] and one["reason"]["code"]) for one in report["targets"]] == [
        ("verified", None),
        ("unverified", "credential-invalid"),
        ("unverified", "credential-invalid"),
    ]
    assert [(one["subscription_id"], one["influence"]) for one in report["subscriptions"]] == [
        (subscription_id(0), "full")
    ]
    assert "wr0ng" not in json.dumps(report)


def test_bad_configuration_ends_with_2_and_sends_nothing(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line and key are named, for every command."""
    stage = opened(THREE)
    stage.configure({**THREE.config, "jobs": 3})
    for words in (("check",), ("plan",), ("apply", "--yes"), ("scopes",)):
        assert stage.call(*words) == 2
        assert "pal-agent.yaml:1" in capsys.readouterr().err
    assert not stage.azure.log


def test_targets_and_tags_choose(opened: Opened) -> None:
    """By glob on credential or credential@tenant, by tag, and only where both fit; nothing else is asked."""
    stage = opened(THREE)
    for words, chosen in (
        (("--target", "customer-00[02]"), ["customer-000", "customer-002"]),
        (("--target", f"*@{tenant_id(1)}"), ["customer-001"]),
        (("--target", "CUSTOMER-001", "--target", "*-000"), ["customer-000", "customer-001"]),
        (("--tag", "half=even"), ["customer-000", "customer-002"]),
        (("--tag", "half=even", "--target", "*2"), ["customer-002"]),
    ):
        stage.azure.log.clear()
        stage.call("check", "--no-history", "-o", "json=report.json", *words)
        assert names(stage.report()) == chosen
        asked = {entry.tenant for entry in stage.azure.log}
        assert asked == {tenant_id(int(name[-3:])) for name in chosen}
    stage.azure.log.clear()
    assert stage.call("check", "--target", "nobody") == 2
    assert not stage.azure.log


def test_options_stand_before_or_after_the_command(opened: Opened, tmp_path: Path) -> None:
    """Both are the same; what stands after wins; the configuration is found by name, option and variable."""
    stage = opened(THREE)
    (tmp_path / "pal-agent.yaml").rename(tmp_path / "other.yaml")
    stage.call("-c", "other.yaml", "--target", "*-000", "check", "-o", "json=before.json")
    stage.call("check", "-c", "other.yaml", "-o", "json=after.json", "--target", "*-000")
    stage.call("--target", "*-002", "check", "-c", "other.yaml", "-o", "json=both.json", "--target", "*-000")
    assert [names(stage.report(name)) for name in ("before.json", "after.json", "both.json")] == [["customer-000"]] * 3
    assert stage.call("check", "-q") == 2


def test_several_outputs_come_from_one_run(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """stdout has one report and nothing else; files have theirs; all tell of the same run."""
    stage = opened(THREE)
    assert stage.call("check", "-o", "json", *(f"-o{name}=report.{name}" for name in FORMATS)) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out) == stage.report()
    assert shown.err == ""
    assert sorted(path.name for path in stage.folder.glob("report.*")) == sorted(f"report.{name}" for name in FORMATS)
    assert all(path.stat().st_size > 100 for path in stage.folder.glob("report.*"))
    with (stage.folder / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert subscription_id(0) in {cell for row in csv.reader(file) for cell in row}


def test_masked_reports_hold_no_id(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """In no text format is there a tenant, principal, subscription or partner ID."""
    stage = opened(THREE)
    text = ""
    for name in ("table", "json", "csv", "html", "junit", "sarif", "markdown"):
        stage.call("check", "--mask", "-o", name)
        text += capsys.readouterr().out
    for hidden in (tenant_id(0), object_id(1), subscription_id(2), client_id(0), OURS, OTHERS):
        assert hidden not in text
    assert "customer-000" in text


def test_no_history_means_none(opened: Opened) -> None:
    """`--no-history` records nothing; `history: none` neither, and `apply` still works and locks."""
    stage = opened(THREE)
    stage.call("check", "-q", "--no-history")
    assert not (stage.folder / ".pal-agent" / "history.db").exists()
    assert stage.call("report") == 2


def test_without_a_history_apply_still_writes(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`history: none`: lock and journal have a place of their own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    stage = opened(Orderly(links=(None,)))
    stage.configure({**Orderly(links=(None,)).config, "history": "none"})
    assert stage.call("check", "-q") == 1
    assert stage.call("apply", "--yes") == 0
    assert stage.azure.links() == Orderly(links=(None,)).links_with()
    assert not list(tmp_path.rglob("history.db"))


def test_a_history_that_cannot_be_written_costs_no_report(
    opened: Opened, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The report comes all the same, with its exit code, and the loss is said."""
    stage = opened(THREE)
    (tmp_path / "occupied").write_text("this is no folder")
    stage.configure({**THREE.config, "history": {"path": "occupied/history.db"}})
    assert stage.call("check", "-o", "json") == 1
    shown = capsys.readouterr()
    assert names(json.loads(shown.out)) == ["customer-000", "customer-001", "customer-002"]
    assert "history" in shown.err or "recorded" in shown.err
    assert "Traceback" not in shown.err


def test_a_recorded_run_is_shown_again(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """`report` gives the same bytes as the run did, without network, whatever was linked since; `--evaluate` too."""
    stage = opened(THREE)
    stage.call("check", "-o", "json=report.json")
    stage.azure.log.clear()
    capsys.readouterr()
    assert stage.call("report", "-o", "json") == 0
    assert capsys.readouterr().out == (stage.folder / "report.json").read_text()
    assert stage.call("report", "--evaluate", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out) == stage.report()
    assert not stage.azure.log


def test_a_link_that_somebody_else_changed_is_noticed(opened: Opened) -> None:
    """`link-changed` after a write that was not ours; not after our own."""
    stage = opened(Orderly(links=(OURS, None)))
    stage.call("check", "-q")
    stage.call("apply", "--yes")
    stage.call("check", "-q", "-o", "json=own.json")
    assert "link-changed" not in {one["id"] for one in stage.report("own.json")["findings"]}
    link = stage.azure.link(tenant_id(0), object_id(0))
    assert link is not None
    stage.azure.store_link(tenant_id(0), object_id(0), type(link)(partner_id=OTHERS, version=link.version + 1))
    stage.call("check", "-q", "-o", "json=theirs.json")
    changed = [one for one in stage.report("theirs.json")["findings"] if one["id"] == "link-changed"]
    assert [(one["credential"], one["severity"]) for one in changed] == [("customer-000", "warning")]


def test_one_target_comes_from_the_environment(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--partner-id ID --from-env` needs no configuration, and sends nothing where a variable is missing."""
    stage = opened(THREE)
    (stage.folder / "pal-agent.yaml").unlink()
    # Only the authority can be named in the environment; Resource Manager stays the public cloud's.
    monkeypatch.setenv("AZURE_TENANT_ID", tenant_id(0))
    monkeypatch.setenv("AZURE_CLIENT_ID", client_id(0))
    monkeypatch.delenv("AZURE_CLIENT_SECRET", raising=False)
    for name in ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert stage.call("check", "--from-env", "--partner-id", OURS) == 2
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "not the one")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", stage.cloud["authority"])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", stage.cloud["ca_bundle"])
    assert stage.call("check", "--from-env", "--partner-id", OURS, "-o", "json=report.json") == 3
    (target,) = stage.report()["targets"]
    assert (target["tenant_id"], target["expected_partner_id"]) == (tenant_id(0), OURS)
    assert target["reason"]["code"] == "credential-invalid"
    assert stage.azure.methods()["sign-in"] <= 2
    assert SECRET not in json.dumps(stage.report())


def test_a_plan_is_carried_out_as_it_was_shown_or_not_at_all(opened: Opened) -> None:
    """Round trip; edited, stale, of another version: 4, and nothing is written."""
    stage = opened(THREE)
    assert stage.call("plan", "--replace", "--out", "plan.json") == 1
    path = stage.folder / "plan.json"
    saved = path.read_text()
    path.write_text(saved.replace(OURS, OTHERS))
    assert stage.call("apply", "plan.json", "--yes") == 4
    path.write_text(saved.replace('"schema_version": 1', '"schema_version": 2'))
    assert stage.call("apply", "plan.json", "--yes") == 4
    path.write_text(saved)
    assert stage.writes() == []
    assert stage.call("apply", "plan.json", "--yes") == 0
    assert sorted((entry.method, entry.caller) for entry in stage.writes()) == [
        ("PATCH", object_id(2)),
        ("PUT", object_id(1)),
    ]
    assert stage.call("apply", "plan.json", "--yes") == 4
    assert len(stage.writes()) == 2


def test_too_many_changes_at_once_are_refused(opened: Opened) -> None:
    """Above the threshold, 4 before the first write; creations don't count; `--max-change` says that it is meant."""
    orderly = Orderly(links=(*(OURS,) * 7, *(OTHERS,) * 4, None, None))
    stage = opened(orderly)
    assert stage.call("plan", "--replace", "-q") == 4
    assert stage.call("apply", "--replace", "--yes") == 4
    assert stage.writes() == []
    assert stage.call("apply", "--replace", "--yes", "--max-change", "40") == 0
    assert stage.azure.links() == orderly.links_with(replaced=True)


def test_a_history_is_its_owners_alone(opened: Opened) -> None:
    """Mode 0600, and sound."""
    stage = opened(THREE)
    stage.call("check", "-q")
    path = stage.folder / ".pal-agent" / "history.db"
    assert path.stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_report_on_stdout_stands_there_alone(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """What became of each change is then told on stderr."""
    stage = opened(THREE)
    assert stage.call("apply", "--yes", "--replace", "-o", "json") == 0
    shown = capsys.readouterr()
    assert names(json.loads(shown.out)) == ["customer-000", "customer-001", "customer-002"]
    assert shown.err.count("done ") == 2
