"""X01, X04: what Azure's names may do to a terminal, a file or a CI log, once cleaned: nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.report.clean import NAME, clean

any_text = st.text(st.characters(exclude_categories=()), max_size=60)


@given(text=any_text)
def test_nothing_invisible_or_controlling_is_left(text: str) -> None:
    """No control, format, surrogate, private or unassigned character, no line end, no space but the plain one."""
    shown = clean(text)
    assert {unicodedata.category(character) for character in shown}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    assert all(character == " " or not character.isspace() for character in shown)
    assert shown.splitlines() in ([shown], [])
    shown.encode()


@given(text=any_text)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """So a name may pass through several hands."""
    assert clean(clean(text)) == clean(text)


@given(text=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=":#")))
def test_a_plain_name_stays_as_it_is(text: str) -> None:
    """Most names are."""
    assert clean(text) == text


@given(text=any_text, limit=st.integers(1, 30))
def test_no_text_is_longer_than_its_limit(text: str, limit: int) -> None:
    """A name of 64 KiB does not bury the report."""
    assert len(clean(text, limit=limit)) <= limit


@given(before=any_text, after=any_text, command=st.sampled_from(["::", "##[", "##vso[", ":::", "###["]))
def test_no_workflow_command_is_left(before: str, after: str, command: str) -> None:
    """GitHub and Azure DevOps read these in any line of a log."""
    shown = clean(before + command + after)
    assert "::" not in shown
    assert "##" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x85\x7f\x00", r"\x85\x7f\x00"),
        ("gnp\u202e.exe", r"gnp\u202e.exe"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u00a0b\u3000c", "a b c"),
        ("\u3164", r"\u3164"),
        ("Zoë’s 東京 🙂", "Zoë’s 東京 🙂"),
        ("::set-output name=x::y", ": :set-output name=x: :y"),
        ("x" * (NAME + 1), "x" * (NAME - 1) + "…"),
    ],
)
def test_what_is_hidden_is_written_out(text: str, shown: str) -> None:
    """A reader sees that something was there, and other languages stay readable."""
    assert clean(text) == shown
