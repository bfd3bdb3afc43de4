"""The workbook, opened by openpyxl: filters, frozen heads, colours by state, and text that nothing computes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pal_agent.model import Run
from pal_agent.report import Options, xlsx
from tests.report.example_run import empty_run, example_run
from tests.report.hostile_run import HOSTILE, hostile_run
from tests.report.large_run import large_run
from tests.report.peak_memory import peak

OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))


def rendered(run: Run) -> bytes:
    return b"".join(xlsx.render(run, OPTIONS))


def opened(run: Run) -> Any:
    return load_workbook(BytesIO(rendered(run)))


def cells(sheet: Any) -> Iterator[Any]:
    return (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_each_sheet_can_be_filtered_and_keeps_its_head() -> None:
    """And states are coloured by their word, so that a changed cell changes its colour."""
    book = opened(example_run())
    assert book.sheetnames == ["Summary", "Credentials", "Scopes", "Findings", "Exceptions"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
    rules = [rule for found in book["Scopes"].conditional_formatting for rule in found.rules]
    assert {'"full"', '"none"', '"unknown"', '"partial"'} <= {rule.formula[0] for rule in rules}


def test_the_rows_are_the_runs() -> None:
    """Scopes with their groups, findings apart from exceptions, numbers in the summary only."""
    book = opened(example_run())
    scopes = [[cell.value for cell in row[:6]] for row in book["Scopes"].iter_rows(min_row=2)]
    assert len(scopes) == 10
    assert scopes[5] == ["Northwind Traders", "northwind-shop", "legacy-01", "full", "none", "none"]
    assert [row[1].value for row in book["Findings"].iter_rows(min_row=2)] == [
        "link-missing",
        "subscription-not-attributed",
        "subscription-partly-attributed",
        "target-unverified",
    ]
    assert [cell.value for cell in book["Exceptions"][2]][:4] == [
        "2027-01-31",
        "read-only contract",
        "delivery@example.com",
        "role-not-eligible",
    ]
    assert book["Summary"]["A1"].value.startswith("Could not tell everything")
    assert [cell.value for cell in book["Summary"][9]][1:5] == [2, 1, 0, 1]


@pytest.mark.parametrize("run", [hostile_run(), example_run(), empty_run()], ids=["hostile", "example", "empty"])
def test_no_cell_is_a_formula_or_a_link(run: Run) -> None:
    """Every cell but the summary's counts is a string; the file has no relation to anything outside."""
    content = rendered(run)
    for sheet in load_workbook(BytesIO(content)).worksheets:
        for cell in cells(sheet):
            assert cell.data_type == "s" or (sheet.title == "Summary" and cell.data_type == "n")
            assert cell.hyperlink is None
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            assert "<f>" not in text
            assert 'TargetMode="External"' not in text


def test_hostile_names_are_shown_as_what_they_are() -> None:
    """Made visible by `clean`, and otherwise letter for letter."""
    names = {row[1].value for row in opened(hostile_run())["Scopes"].iter_rows(min_row=2)}
    assert len(names) == len(HOSTILE)
    assert {'=HYPERLINK("http://example.invalid","x")', "\\t=1", "nul\\x00nul", "\\ud800 alone"} <= names


@given(st.lists(st.integers(), max_size=12), st.integers(1, 5))
def test_what_does_not_fit_a_sheet_goes_on_in_the_next(rows: list[int], size: int) -> None:
    """Excel ends at 1,048,576 rows; nothing may end with it. There is always one sheet, and no empty second."""
    found = [list(page) for page in xlsx.pages(iter(rows), size)]
    assert [row for page in found for row in page] == rows
    assert len(found) == max(1, -(-len(rows) // size))


def test_rows_go_to_disk_as_they_come() -> None:
    """Four times the subscriptions take no more memory."""
    runs = (large_run(targets=10, subscriptions=size, groups=4) for size in (40, 160))
    small, large = (peak(xlsx.render(run, OPTIONS)) for run in runs)
    assert large < 1.3 * small


def test_same_run_same_bytes() -> None:
    """Times of the run, not of the writing."""
    assert rendered(example_run()) == rendered(example_run())
