"""Markdown: never above 1 MiB, says what it cut, and is the same page whatever the names in it are."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options as Cmark
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pal_agent.model import Run, Severity
from pal_agent.report import Options, markdown
from pal_agent.report.clean import clean
from tests.report.example_run import empty_run, example_findings, example_run, run_of, well_run
from tests.report.golden import assert_golden
from tests.report.hostile_run import HOSTILE, hostile_run
from tests.report.large_run import large_run

OPTIONS = Options(now=datetime(2026, 11, 4, 7, tzinfo=UTC))
PLAIN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def rendered(run: Run, options: Options = OPTIONS) -> str:
    return "".join(markdown.render(run, options))


def tokens(text: str) -> list[Token]:
    found = PLAIN.parse(text)
    return [each for token in found for each in (token, *(token.children or ()))]


def test_the_answer_comes_first_then_what_to_do_then_the_tables() -> None:
    """Errors before warnings; exceptions with their expiry at the end."""
    headings = [
        token.content for token in tokens(rendered(example_run())) if token.type == "inline" and token.level == 1
    ]
    assert headings[0].startswith("❔ Could not tell everything: 1 of 4 credentials")
    text = rendered(example_run())
    order = [
        "## What to do",
        "target-unverified",
        "subscription-partly",
        "## Credentials",
        "## Subscriptions",
        "## Exceptions",
    ]
    assert [text.index(word) for word in order] == sorted(text.index(word) for word in order)
    assert "az managementpartner create --partner-id 5127255" in [
        token.content.strip() for token in tokens(text) if token.type == "fence"
    ]


@pytest.mark.parametrize("run", [well_run(), empty_run()], ids=["well", "empty"])
def test_nothing_to_do_takes_no_section(run: Run) -> None:
    assert "What to do" not in rendered(run)
    assert "Exceptions" not in rendered(run)


def test_what_changed_is_told_when_there_is_a_run_before() -> None:
    """And that nothing did, when nothing did."""
    assert "Nothing changed" in rendered(well_run(), replace(OPTIONS, previous=well_run()))
    assert "- 2 subscriptions new: " in rendered(well_run(), replace(OPTIONS, previous=run_of([], [], [])))


def test_a_long_report_is_cut_and_says_so() -> None:
    """GitHub shows nothing of a summary above 1 MiB. What is cut is counted, errors are kept before warnings."""
    text = rendered(large_run(targets=4000, subscriptions=2, groups=1))
    assert len(text.encode()) <= 1024 * 1024
    assert "Cut to fit 1 MiB; not shown: " in text
    assert text.endswith("</sub>\n")
    finding = replace(example_findings()[0], message="x" * 3900)
    findings = [replace(finding, severity=Severity.WARNING, credential=f"c{n}") for n in range(400)]
    mixed = rendered(run_of([], [], [*findings, replace(finding, message="the one error", id="target-unverified")]))
    assert "the one error" in mixed
    assert "findings" in mixed.rpartition("not shown: ")[2]


def test_hostile_names_draw_nothing() -> None:
    """By GitHub's own renderer: the same tags that harmless names make, so no link, image, emphasis or heading."""
    harmless = hostile_run(("harmless",) * len(HOSTILE))
    one, other = (Counter(re.findall(r"<[^>]*>", on_github(rendered(run)))) for run in (hostile_run(), harmless))
    assert one == other
    hostile = rendered(hostile_run())
    assert all(character.isprintable() or character in "\n\u2060" for character in hostile)
    assert "::set-output" not in hostile


def on_github(text: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(text, Cmark.CMARK_OPT_UNSAFE))


@given(st.one_of(st.text(max_size=30), st.text("`|\\<>[]()*_~!#@:/.w\n ", max_size=12)))
def test_a_name_is_one_code_span_and_a_sentence_is_text(text: str) -> None:
    """In a table cell, by two renderers: two cells, a code span at most, and the cleaned text in it to the letter."""
    for written in (markdown.plain(text), markdown.code(text)):
        table = f"| a | b |\n|---|---|\n| {written} | end |\n"
        assert not set(re.findall(r"<(\w+)", on_github(table))) - {"table", "thead", "tbody", "tr", "th", "td", "code"}
        cells = [token for token in PLAIN.parse(table) if token.type == "inline"][2:]
        assert len(cells) == 2
        shown = "".join(child.content for child in cells[0].children or ())
        assert shown.replace("\u2060", "").strip(" –") == clean(text).strip(" –")


def test_same_run_same_bytes() -> None:
    assert_golden("report.md", rendered(example_run()))
