"""`pal-agent explain`: for readers who have never heard of PAL, without configuration or network."""

import pytest
from click.testing import CliRunner

from pal_agent.cli.explain import command
from pal_agent.findings import Kind, all_findings, explain


def test_without_a_name_it_lists_all() -> None:
    """One line each, with severity and title."""
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 0
    for kind in all_findings():
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(f"{kind.id} ")]
        assert line.split(maxsplit=2) == [kind.id, kind.severity, kind.title]


@pytest.mark.parametrize("name", ["link-missing", "LINK-Missing", " link-missing "])
def test_a_name_in_any_case(name: str) -> None:
    """The whole explanation goes to stdout, and nothing else."""
    result = CliRunner().invoke(command, [name])
    assert (result.exit_code, result.stdout, result.stderr) == (0, explain("link-missing"), "")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("link-mising", "Did you mean link-missing?"), ("zzz", "lists them all"), ("\x1b[2J", "'\\x1b[2j'")],
)
def test_an_unknown_name_is_a_usage_error(name: str, hint: str) -> None:
    """Exit 2, with the nearest name when there is one, and no control character repeated."""
    result = CliRunner().invoke(command, [name])
    assert (result.exit_code, result.stdout) == (2, "")
    assert hint in " ".join(result.stderr.split())
    assert "\x1b" not in result.stderr


def test_words_are_defined() -> None:
    """Every text defines the words that it uses, Partner Admin Link included, each once."""
    text = explain("link-missing")
    words = text[text.index("\nWords\n") :]
    assert "link: Partner Admin Link, PAL for short" in words
    assert words.count("\n  Partner ID: ") == 1
    assert "Lighthouse" not in words


@pytest.mark.parametrize("kind", all_findings(), ids=lambda kind: kind.id)
def test_lines_fit(kind: Kind) -> None:
    """Only commands and addresses, which are to be copied, are wider than a terminal of 88 columns."""
    wide = [line for line in explain(kind.id).splitlines() if len(line) > 88]
    assert all(line.startswith("      ") or line.strip().startswith("https://") for line in wide)
