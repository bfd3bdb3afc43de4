"""X01 to X04 beyond reports: what plan, apply, scopes, doctor, history and diff print of names."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

from tests.input.stage import Stage, estate
from tests.report.hostile_run import HOSTILE


def ascii_start(text: str) -> str:
    return ascii(text)[1:20]


CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COMMAND = re.compile(r"^\s*(::|##\[|##vso\[)", re.MULTILINE)
FORMULA = re.compile(r"[=+\-@\t\r]")


@pytest.mark.parametrize("name", [text for text in HOSTILE if len(text) < 10_000] + ["x" * 65_536], ids=ascii_start)
def test_no_command_passes_a_control_character_on(tmp_path: Path, name: str) -> None:
    """Nor a command for a CI log, nor a formula; and none of them stumbles."""
    for command, printed in Stage(tmp_path, estate(name)).every_command().items():
        assert printed.code in (0, 1), (command, printed.err)
        for text in (printed.out, printed.err):
            assert "Traceback" not in text, command
            assert not CONTROL.search(text), command
            assert not COMMAND.search(text), command
        if command.endswith("csv"):
            rows = list(csv.reader(StringIO(printed.out, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1
            assert not any(FORMULA.match(cell) for row in rows for cell in row)


@pytest.mark.parametrize(
    "name", ["::set-output name=x::y", "##vso[task.complete]", "=1+1", "@all", "-o", "[/x]", "%s{0}"]
)
def test_nor_do_names_of_our_own_credentials(tmp_path: Path, name: str) -> None:
    """They stand in the configuration, which somebody may have made from a customer list."""
    for command, printed in Stage(tmp_path, credential=name).every_command().items():
        assert printed.code in (0, 1), (command, printed.err)
        assert not COMMAND.search(printed.out + printed.err), command
        if command.endswith("csv"):
            assert not any(FORMULA.match(cell) for row in csv.reader(StringIO(printed.out)) for cell in row)
