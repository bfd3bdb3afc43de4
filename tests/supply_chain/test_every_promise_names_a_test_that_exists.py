"""SECURITY.md says which test proves what: a test that is renamed, or a row that is forgotten, is noticed here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [
    *(f"F{number:02}" for number in range(1, 19)),
    *(f"P{number:02}" for number in range(1, 6)),
    *(f"A{number:02}" for number in range(1, 8)),
    *(f"G{number:02}" for number in range(1, 6)),
    *(f"S{number:02}" for number in range(1, 8)),
    *(f"X{number:02}" for number in range(1, 9)),
]


def named_tests(text: str) -> Iterator[tuple[str, str]]:
    """File and test; one that begins with `::` is in the file named last."""
    path = ""
    for given, name in re.findall(r"`(tests/[\w/]+\.py)?::(\w+)`", text):
        path = given or path
        yield path, name


NAMED = sorted(set(named_tests(TEXT)))


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_each_named_test_exists(path: str) -> None:
    """With just that name, in just that file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {name for file, name in NAMED if file == path} <= there


def test_each_row_of_the_table_of_faults_is_there() -> None:
    """Once, in order, and with at least one test."""
    rows = re.findall(r"^\| ([A-Z]\d\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
    assert [row[0] for row in rows] == ROWS
    for identity, *_, proof in rows:
        assert list(named_tests(proof)), identity


def test_each_promise_has_a_test() -> None:
    """The first table."""
    promises = TEXT.partition("## What is promised")[2].partition("## Least privilege")[0]
    rows = re.findall(r"^\| ([^|]+) \| (`tests/[^|]+) \|$", promises, re.MULTILINE)
    assert len(rows) >= 10
    assert len(rows) == promises.count("\n|") - 2


def test_each_file_the_page_names_is_there() -> None:
    """Folders and other files, too."""
    for path in re.findall(r"`((?:tests|fuzz|src|config)/[\w/.-]*)`", TEXT):
        assert (ROOT / path).exists(), path
