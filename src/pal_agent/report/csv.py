"""One row a scope, and one a target: for spreadsheets, databases and `grep`.

A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` (in full width too) for a formula. Such a cell gets an
apostrophe before it, which spreadsheets show or hide but never compute; every other cell stands as it is. Tabs and
line ends cannot stand in a cell at all: `clean` has written them out.
"""

from collections.abc import Iterator
from functools import lru_cache

from pal_agent.model import Run
from pal_agent.report import Options
from pal_agent.report._scopes import COLUMNS, rows

BINARY = False
SUFFIX = ".csv"

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_AT_HAND = 64  # cells: enough for what neighbouring rows share


def render(run: Run, options: Options) -> Iterator[str]:
    """UTF-8 without a mark, commas, quotes where needed, one line a row."""
    cell = lru_cache(_AT_HAND)(_cell)
    yield ",".join(COLUMNS) + "\n"
    for row in rows(run):
        yield ",".join(map(cell, row)) + "\n"


def guarded(text: str) -> str:
    """`text` so that no spreadsheet computes it. Spaces in front do not help a formula past this."""
    return f"'{text}" if text.lstrip(" '").startswith(_FORMULA) else text


def _cell(text: str) -> str:
    shown = guarded(text)
    return '"' + shown.replace('"', '""') + '"' if "," in shown or '"' in shown else shown
