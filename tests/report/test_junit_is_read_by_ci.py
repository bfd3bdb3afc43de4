"""JUnit: valid by Jenkins' schema, one suite a tenant, one case a check, ending as a CI tab shows it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from junitparser import JUnitXml, TestCase, TestSuite
from lxml import etree

from pal_agent.model import Finding, Run, Severity
from pal_agent.report import Options, junit
from tests.report.example_run import (
    ADATUM,
    NORTHWIND,
    empty_run,
    example_findings,
    example_run,
    example_subscriptions,
    example_targets,
    run_of,
    well_run,
)
from tests.report.golden import assert_golden
from tests.report.hostile_run import HOSTILE, hostile_run

OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))
SCHEMA = Path(__file__).parent / "schemas" / "junit-10.xsd"

TOTALS = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def rendered(run: Run) -> str:
    return "".join(junit.render(run, OPTIONS))


def suites(run: Run) -> dict[str, list[TestCase]]:
    found: Iterable[TestSuite] = JUnitXml.fromstring(rendered(run).encode())
    return {suite.name: list(suite) for suite in found}


@pytest.mark.parametrize(
    "run", [example_run(), well_run(), empty_run(), hostile_run()], ids=["example", "well", "empty", "hostile"]
)
def test_the_file_is_valid_and_its_totals_are_true(run: Run) -> None:
    """By the schema; and every number in it counts what is there."""
    parser = etree.XMLParser(resolve_entities=False)
    tree = etree.fromstring(rendered(run).encode(), parser)
    etree.XMLSchema(etree.parse(SCHEMA, parser)).assertValid(tree)
    for element in (tree, *tree):
        for total, tag in TOTALS.items():
            said = element.get(total)
            assert said is None or int(said) == len(element.findall(f".//{tag}"))


def test_each_tenant_has_a_suite_and_each_check_a_case() -> None:
    """Links by credential, then subscriptions; a tenant without a display name goes by its ID."""
    found = suites(example_run())
    assert list(found) == [
        "Fabrikam, Inc. (0000000b-0000-4000-8000-00000000000b)",
        f"Northwind Traders ({NORTHWIND})",
        f"A. Datum Corporation ({ADATUM})",
        "Wingtip Toys (0000000e-0000-4000-8000-00000000000e)",
    ]
    assert [case.name for case in found[f"Northwind Traders ({NORTHWIND})"]] == [
        "link of northwind-deploy",
        "influence of northwind-shop (00000016-0000-4000-8000-000000000016)",
    ]


def test_a_case_ends_as_its_findings_say() -> None:
    """An error fails, what could not be told is an error, what is excepted is skipped, a warning passes with words."""
    endings = {
        case.name.split(" (")[0]: [type(result).__name__ for result in case.result] or ["Passed"]
        for cases in suites(example_run()).values()
        for case in cases
    }
    assert endings == {
        "link of adatum-ops": ["Error"],
        "link of fabrikam-deploy": ["Passed"],
        "link of northwind-deploy": ["Skipped"],
        "link of wingtip-deploy": ["Failure"],
        "influence of fabrikam-production": ["Passed"],
        "influence of northwind-shop": ["Passed"],
        "influence of wingtip-main": ["Failure"],
        "influence of adatum-lab": ["Error"],
    }


def test_a_failure_carries_the_command_that_mends_it() -> None:
    """The title names the first errors, the text has scope and fix."""
    [failure] = next(
        case.result for cases in suites(example_run()).values() for case in cases if "wingtip-main" in case.name
    )
    assert failure.message == "wingtip-main earns nothing: no credential with a role there is linked."
    assert "fix: pal-agent apply --target 'wingtip-deploy@*'" in failure.text


def test_a_finding_about_nothing_that_was_checked_is_still_told() -> None:
    """It gets a suite of its own."""
    stray = replace(example_findings()[0], credential=None, tenant_id=None, scope=None, severity=Severity.ERROR)
    found = suites(run_of(example_targets()[1:2], example_subscriptions()[:1], [stray]))
    [case] = found["run"]
    assert type(case.result[0]).__name__ == "Failure"


@pytest.mark.parametrize("finding", [example_findings()[0], example_findings()[2]], ids=["target", "subscription"])
def test_ids_are_matched_without_case(finding: Finding) -> None:
    """Azure's IDs compare without case."""
    shouted = replace(
        finding,
        tenant_id=finding.tenant_id and finding.tenant_id.upper(),
        scope=finding.scope and finding.scope.upper(),
    )
    assert "run" not in suites(run_of(example_targets(), example_subscriptions(), [shouted]))


def test_hostile_names_are_text_in_the_file() -> None:
    """They end no element and start no command; a link, a subscription and a finding each."""
    text = rendered(hostile_run())
    found = JUnitXml.fromstring(text.encode())
    assert sum(len(list(suite)) for suite in found) == 3 * len(HOSTILE)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "::set-output" not in text
    assert "##vso" not in text
    assert {case.name for suite in found for case in suite} >= {
        "influence of <script>window.hurt=1</script> (00000064-0000-4000-8000-000000000064)"
    }


def test_same_run_same_bytes() -> None:
    assert_golden("report.junit.xml", rendered(example_run()))
