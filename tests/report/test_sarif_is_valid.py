"""SARIF: valid by the standard's schema, one result a finding, stable fingerprints, messages without markup."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from pal_agent.model import Run
from pal_agent.report import Options, sarif
from tests.report.example_run import empty_run, example_findings, example_run, run_of, well_run
from tests.report.golden import assert_golden
from tests.report.hostile_run import HOSTILE, hostile_run
from tests.report.large_run import large_run
from tests.report.peak_memory import peak

OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))
SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"


def rendered(run: Run) -> str:
    return "".join(sarif.render(run, OPTIONS))


def only_run(run: Run) -> dict[str, Any]:
    [found] = json.loads(rendered(run))["runs"]
    return dict(found)


@pytest.mark.parametrize(
    "run", [example_run(), well_run(), empty_run(), hostile_run()], ids=["example", "well", "empty", "hostile"]
)
def test_the_file_is_valid_by_the_schema(run: Run) -> None:
    """And its rule indexes point at the rules of that name."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft4Validator(schema, format_checker=FormatChecker()).validate(json.loads(rendered(run)))
    found = only_run(run)
    rules = found["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in found["results"]] == [
        result["ruleId"] for result in found["results"]
    ]


def test_each_finding_is_a_result_with_its_level_and_its_place() -> None:
    """Excepted ones are there, suppressed with their reason, owner and expiry."""
    results = only_run(example_run())["results"]
    assert [(one["ruleId"], one["level"], "suppressions" in one) for one in results] == [
        ("link-missing", "error", False),
        ("role-not-eligible", "warning", True),
        ("subscription-not-attributed", "error", False),
        ("subscription-partly-attributed", "warning", False),
        ("target-unverified", "error", False),
    ]
    [suppression] = results[1]["suppressions"]
    assert suppression["justification"] == "read-only contract (owner delivery@example.com, expires 2027-01-31)"
    assert suppression["properties"]["daysLeft"] == 88
    [location] = results[1]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("/resourceGroups/legacy-01")
    assert results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].startswith("wingtip-deploy@")


def test_a_fingerprint_is_of_what_is_found_not_of_its_words() -> None:
    """Code scanning follows a finding from run to run by it."""
    one = example_findings()[2]
    runs = [run_of([], [], [one]), run_of([], [], [replace(one, message="new words", scope=(one.scope or "").upper())])]
    first, second = (only_run(run)["results"][0]["partialFingerprints"] for run in runs)
    other = only_run(run_of([], [], [replace(one, scope="/subscriptions/other")]))["results"][0]
    assert first == second != other["partialFingerprints"]


def test_an_incomplete_run_does_not_pass_for_a_successful_one() -> None:
    """Nor does a complete one with findings pass for a failed one."""
    assert only_run(example_run())["invocations"][0]["executionSuccessful"] is False
    assert only_run(well_run())["invocations"][0]["executionSuccessful"] is True


def test_hostile_names_are_text_in_messages_and_escaped_in_addresses() -> None:
    """No link, no placeholder, no control character; addresses are relative and of plain ASCII."""
    text = rendered(hostile_run())
    assert all(character.isprintable() or character == "\n" for character in text)
    results = only_run(hostile_run())["results"]
    assert len(results) == 2 * len(HOSTILE)
    for result in results:
        message = result["message"]["text"].replace("\\\\", "").replace("{{", "").replace("}}", "")
        assert "{" not in message
        assert "[" not in message.replace("\\[", "")
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert ":" not in uri
        assert not uri.startswith("/")


def test_results_are_written_as_they_come() -> None:
    """Four times the findings take no more memory."""
    runs = (large_run(targets=10, subscriptions=size, groups=1) for size in (100, 400))
    small, large = (peak(sarif.render(run, OPTIONS)) for run in runs)
    assert large < 1.3 * small


def test_same_run_same_bytes() -> None:
    assert_golden("report.sarif", rendered(example_run()))
