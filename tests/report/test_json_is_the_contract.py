"""The `json` report: the contract's keys in their order, valid and printable whatever the names."""

import json
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pal_agent.report import Options
from pal_agent.report.json import render
from tests.report.example_run import empty_run, example_run, run_of, subscription
from tests.report.hostile_run import HOSTILE, hostile_run

GOLDEN = Path(__file__).parent.parent / "golden" / "report.json"
OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))

RUN = ["id", "command", "started_at", "finished_at", "agent_version", "exit_code", "complete"]
TARGET = ["credential", "tenant_id", "object_id", "status", "reason", "expected_partner_id", "link", "role_assignments"]
LINK = ["state", "partner_id", "partner_name", "version", "created_at", "updated_at"]
HELD = ["id", "scope", "scope_kind", "role_definition_id", "role_name", "principal_id", "via", "eligible", "standing"]
SUBSCRIPTION = [
    *("subscription_id", "name", "tenant_id", "state"),
    *("association", "influence", "pec", "complete", "by", "resource_groups"),
]
GROUP = ["name", "association", "influence", "pec", "by"]
FINDING = ["id", "severity", "credential", "tenant_id", "scope", "message", "fix", "excepted"]


def rendered(run) -> str:
    return "".join(render(run, OPTIONS))


def test_the_report_is_the_golden_one() -> None:
    """Byte for byte: scripts rely on it. Look at the difference before renewing the file."""
    assert rendered(example_run()) == GOLDEN.read_text(encoding="ascii")


def test_every_key_of_the_contract_is_there_in_its_order() -> None:
    """Further keys may follow, none may come between."""
    report = json.loads(rendered(example_run()))
    assert list(report) == ["schema_version", "run", "summary", "targets", "subscriptions", "findings"]
    assert list(report["summary"]) == ["targets", "links", "subscriptions", "resource_groups", "findings"]
    assert list(report["run"])[: len(RUN)] == RUN
    for target in report["targets"]:
        assert list(target)[: len(TARGET)] == TARGET
        assert list(target["link"]) == LINK
        assert all(list(held) == HELD for held in target["role_assignments"])
    for one in report["subscriptions"]:
        assert list(one)[: len(SUBSCRIPTION)] == SUBSCRIPTION
        assert all(list(group) == GROUP for group in one["resource_groups"])
        assert all(list(source) == ["credential", "tenant_id", "assignment_id"] for source in one["by"])
    assert all(list(finding) == FINDING for finding in report["findings"])


def test_hostile_names_are_exact_and_printable() -> None:
    """As Azure gave them, but no byte that a terminal acts on."""
    text = rendered(hostile_run())
    assert text.replace("\n", "").isascii()
    assert text.replace("\n", "").isprintable()
    assert [one["name"] for one in json.loads(text)["subscriptions"]] == list(HOSTILE)


@given(name=st.text(st.characters(exclude_categories=("Cs",))) | st.sampled_from(["\ud800", "\x7f", "\x9b"]))
def test_any_name_comes_back(name: str) -> None:
    """Whatever it is."""
    text = rendered(run_of([], [subscription(1, name, "t")], []))
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["subscriptions"][0]["name"] == name


def test_each_element_has_a_line() -> None:
    """So that two reports compare line by line, and a big one can be read in pieces."""
    run = example_run()
    elements = [*run.targets(), *run.subscriptions(), *run.findings()]
    lines = [line for line in rendered(run).splitlines() if line.startswith("  ")]
    assert len(lines) == len(elements)


def test_an_empty_run_is_valid() -> None:
    """Lists are empty, not left out."""
    report = json.loads(rendered(empty_run()))
    assert (report["targets"], report["subscriptions"], report["findings"]) == ([], [], [])


def test_it_comes_in_pieces() -> None:
    """Never the whole report in one string: a run of 10,000 targets is written as it is read."""
    run = example_run()
    assert max(map(len, render(run, OPTIONS))) < len(rendered(run)) / 2
