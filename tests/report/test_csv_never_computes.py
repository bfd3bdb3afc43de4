"""CSV: one row a scope and one a target, read back by a CSV reader, and no cell that a spreadsheet would compute."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.model import Run
from pal_agent.report import Options
from pal_agent.report import csv as csv_format
from pal_agent.report._scopes import COLUMNS
from tests.report.example_run import NORTHWIND, empty_run, example_run, guid
from tests.report.golden import assert_golden
from tests.report.hostile_run import HOSTILE, hostile_run
from tests.report.large_run import large_run
from tests.report.peak_memory import peak

OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))


def rendered(run: Run) -> str:
    return "".join(csv_format.render(run, OPTIONS))


def read(run: Run) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(rendered(run), newline="")))


def test_each_target_subscription_and_group_has_one_row() -> None:
    """A tenant that could not be read is there too, with its reason."""
    rows = read(example_run())
    assert [row["kind"] for row in rows].count("target") == 4
    assert [(row["subscription"], row["resource_group"], row["influence"]) for row in rows[4:]] == [
        ("fabrikam-production", "", "full"),
        ("fabrikam-production", "rg-app", "full"),
        ("fabrikam-production", "rg-data", "full"),
        ("fabrikam-production", "rg-network", "full"),
        ("northwind-shop", "", "partial"),
        ("northwind-shop", "legacy-01", "none"),
        ("northwind-shop", "shop-prod", "full"),
        ("wingtip-main", "", "none"),
        ("wingtip-main", "toys", "none"),
        ("adatum-lab", "", "unknown"),
    ]
    assert rows[0]["reason"] == "credential-expired: AADSTS7000222: the client secret has expired"
    assert (rows[8]["tenant"], rows[8]["tenant_id"], rows[8]["subscription_id"]) == (
        "Northwind Traders",
        NORTHWIND,
        guid(22),
    )


def test_hostile_names_stay_one_cell_of_text() -> None:
    """As many rows and cells as harmless names make; no control character; nothing that starts a formula."""
    text = rendered(hostile_run())
    rows = list(csv.reader(StringIO(text, newline="")))
    assert len(rows) == 1 + len(HOSTILE) * 4 == text.count("\n")
    assert {len(row) for row in rows} == {len(COLUMNS)}
    for cell in (cell for row in rows for cell in row):
        assert cell.isprintable()
        assert not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert "'=HYPERLINK" in text
    assert "::set-output" not in text


@given(st.text(max_size=12))
def test_a_guarded_cell_is_the_text_or_the_text_behind_an_apostrophe(text: str) -> None:
    """Nothing is lost, and what is guarded no longer starts a formula."""
    guarded = csv_format.guarded(text)
    assert guarded in (text, f"'{text}")
    assert not guarded.lstrip(" ").startswith(("=", "+", "-", "@"))


def test_a_run_of_nothing_has_its_heads() -> None:
    """So that whoever reads it needs no special case."""
    assert rendered(empty_run()) == ",".join(COLUMNS) + "\n"


def test_rows_are_written_as_they_come() -> None:
    """Four times the subscriptions take no more memory."""
    small, large = (
        peak(csv_format.render(large_run(targets=10, subscriptions=size, groups=4), OPTIONS)) for size in (60, 240)
    )
    assert large < 1.3 * small


@pytest.mark.parametrize("run", [example_run()])
def test_same_run_same_bytes(run: Run) -> None:
    assert_golden("report.csv", rendered(run))
