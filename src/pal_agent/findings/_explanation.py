"""An explanation as plain text of 88 columns, with the words that it uses defined at its end."""

import re
from collections.abc import Iterator
from itertools import groupby
from textwrap import fill

from pal_agent.findings import Kind
from pal_agent.findings._words import WORDS

COLUMNS = 88
COMMAND = "$ "


def explanation(kind: Kind) -> str:
    sections = (
        ("What it means", kind.meaning),
        ("Why it matters", kind.matters),
        ("How to mend it", kind.mend),
        ("Source", kind.source),
    )
    parts = [f"{kind.id} ({kind.severity})\n{kind.title}"]
    parts += [f"{heading}\n{_body(text)}" for heading, text in sections]
    parts += [f"Words\n{_definitions(kind)}"]
    return "\n\n".join(parts) + "\n"


def _body(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    return "\n".join(piece for is_command, group in groupby(lines, _is_command) for piece in _pieces(group, is_command))


def _is_command(line: str) -> bool:
    return line.startswith(COMMAND)


def _pieces(lines: Iterator[str], is_command: bool) -> Iterator[str]:
    if is_command:
        yield from (f"      {line.removeprefix(COMMAND)}" for line in lines)
        return
    for filled, paragraph in groupby(lines, bool):
        yield _filled(" ".join(paragraph), "  ") if filled else ""


def _definitions(kind: Kind) -> str:
    """The words of the text, and the words that define them, in the order of the list."""
    text = " ".join((kind.title, kind.meaning, kind.matters, kind.mend))
    used = _used(" ".join((text, *(WORDS[word] for word in _used(text)))))
    return "\n".join(_filled(f"{word}: {WORDS[word]}", "  ", "      ") for word in used)


def _used(text: str) -> list[str]:
    return [word for word in WORDS if re.search(rf"\b{word}(s|ed)?\b", text, re.IGNORECASE)]


def _filled(text: str, indent: str, hanging: str | None = None) -> str:
    return fill(
        text,
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=hanging or indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
