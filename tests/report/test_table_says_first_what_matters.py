"""The `table` report: read by people, at any width, with any names."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pal_agent.model import Finding, Severity
from pal_agent.report import Options
from pal_agent.report._answer import EXPECTED
from pal_agent.report.table import render
from tests.report.example_run import empty_run, example_run, run_of, subscription, target, well_run
from tests.report.hostile_run import hostile_run

GOLDEN = Path(__file__).parent.parent / "golden"
NOW = datetime(2026, 11, 4, 7, tzinfo=UTC)


def shown(run, **options: object) -> str:
    return "".join(render(run, Options(now=NOW, **options)))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [80, 200])
def test_the_report_is_the_golden_one(width: int) -> None:
    """Look at the difference before renewing the file: would a reader who has never heard of PAL understand it?"""
    assert shown(example_run(), width=width) == (GOLDEN / f"table-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("run", [example_run, well_run, empty_run, hostile_run])
@pytest.mark.parametrize("width", [1, 20, 79, 80, 200, 1000])
def test_any_width_will_do(run, width: int) -> None:
    """S07: narrow is ugly, never a traceback; and no line but a command or a place is wider."""
    lines = shown(run(), width=width).splitlines()
    assert lines[0].strip()
    assert all(len(line) <= max(width, 20) for line in lines if not line.startswith("    "))


@pytest.mark.parametrize("run", [example_run, hostile_run])
def test_nothing_but_text_without_a_terminal(run) -> None:
    """No colour, no control code, no invisible character, whatever the names hold."""
    assert shown(run()).replace("\n", "").isprintable()


def test_colour_adds_nothing_but_colour() -> None:
    """Take the colour codes away and the same words stand there: colour alone says nothing."""
    import re

    coloured = shown(example_run(), colour=True)
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert re.sub(r" +\n", "\n", bare) == shown(example_run())


def test_a_hostile_name_only_ever_adds_colour_codes_of_ours() -> None:
    """With colour on, the only escape sequences are colours."""
    import re

    assert re.sub(r"\x1b\[[0-9;]*m|\n", "", shown(hostile_run(), colour=True)).isprintable()


def test_markup_and_emoji_in_names_mean_nothing() -> None:
    """Square brackets and colons are shown as they are."""
    text = shown(run_of([target("[bold]x[/bold]", "t")], [subscription(1, "[/x] :smile:", "t")], []))
    assert "[bold]x[/bold]" in text
    assert "[/x] :smile:" in text


def test_commands_stand_whole_on_their_line() -> None:
    """To be copied, however narrow the terminal."""
    commands = [line[6:] for line in shown(example_run(), width=40).splitlines() if line.startswith("    > ")]
    expected = [finding.fix for finding in example_run().findings() if not finding.excepted]
    assert sorted(commands) == sorted(expected)


def test_errors_come_before_warnings_before_notes() -> None:
    """Whatever their names."""
    findings = [
        Finding(id="a-note", severity=Severity.INFO, message="", fix=""),
        Finding(id="b-warning", severity=Severity.WARNING, message="", fix=""),
        Finding(id="c-error", severity=Severity.ERROR, message="", fix=""),
    ]
    text = shown(run_of([], [], findings))
    assert text.index("c-error") < text.index("b-warning") < text.index("a-note")


def test_long_lists_are_cut_and_say_so() -> None:
    """With the number left out and where to see all; what is in trouble comes first."""
    findings = [
        Finding(id="link-missing", severity=Severity.ERROR, message=f"m{number}", fix="") for number in range(1007)
    ]
    targets = [target(f"c{number:04}", "t") for number in range(1022)]
    subscriptions = [subscription(number, f"s{number:04}", "t") for number in range(23)]
    text = shown(run_of(targets, subscriptions, findings))
    for left in ("1,002", "1,002", "3"):
        assert f"… and {left} more (-o json or -o csv shows all)" in text
    assert len(text.splitlines()) < 80


def test_quiet_shows_only_what_is_wrong() -> None:
    """Errors and warnings; and nothing at all when all is well, so that cron sends no mail."""
    assert shown(well_run(), quiet=True) == ""
    text = shown(example_run(), quiet=True)
    assert "link-missing" in text
    assert "Targets" not in text


@pytest.mark.parametrize("run", [example_run, well_run, empty_run])
def test_it_says_that_credit_is_expected_not_observed(run) -> None:
    """The contract: reports say so."""
    assert EXPECTED in " ".join(shown(run()).split())


def test_a_terminal_without_unicode_gets_ascii() -> None:
    """An odd locale is no reason for question marks in every line."""
    assert shown(example_run(), unicode=False).isascii()
