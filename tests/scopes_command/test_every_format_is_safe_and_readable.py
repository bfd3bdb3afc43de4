"""What stands on a terminal, in a spreadsheet and in JSON when names are hostile."""

import csv
import json
from collections.abc import Callable
from io import StringIO

import pytest

from tests.report.golden import assert_golden

Listed = Callable[..., tuple[int, str]]


@pytest.mark.parametrize("columns", ["80", "200"])
def test_the_table_reads_well(listed: Listed, columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared with files that people have looked at; no line but a command is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", columns)
    text = listed("table")[1]
    assert_golden(f"scopes-{columns}.txt", text)
    assert all(len(line) <= int(columns) or line.startswith(">") for line in text.splitlines())


def test_names_reach_the_terminal_without_control_characters(listed: Listed) -> None:
    """A tenant may be called anything; an escape sequence is shown, not obeyed."""
    text = listed("table")[1]
    assert "=Everything\\x1b[31m" in text
    assert all(character.isprintable() or character == "\n" for character in text)


def test_a_spreadsheet_computes_nothing(listed: Listed) -> None:
    """Names that begin like a formula are text; each row has every column."""
    rows = list(csv.DictReader(StringIO(listed("csv")[1])))
    assert rows
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert {row["tenant_name"] for row in rows} >= {"'=Everything\\x1b[31m"}
    assert {row["subscription_name"] for row in rows} >= {"'@Timed"}


def test_csv_has_a_row_for_each_role_and_for_what_is_missing(listed: Listed) -> None:
    rows = list(csv.DictReader(StringIO(listed("csv")[1])))
    assert len([row for row in rows if row["role_name"]]) == 14
    assert [(row["subscription_name"], row["not_read"]) for row in rows if row["not_read"]] == [("Shut", "assignments")]


def test_json_is_ascii_and_keeps_names_as_they_are(listed: Listed) -> None:
    text = listed("json")[1]
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["targets"][0]["tenant_name"] == "=Everything\x1b[31m"


def test_the_same_facts_give_the_same_bytes(listed: Listed) -> None:
    assert listed("json") == listed("json")
