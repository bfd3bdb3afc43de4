"""One row a scope, and one a target: for spreadsheets, databases and `grep`.

A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` (in full width too) for a formula. Such a cell gets an
apostrophe before it, which spreadsheets show or hide but never compute; every other cell stands as it is. Tabs and
line ends cannot stand in a cell at all: `clean` has written them out.
"""

import csv
from collections.abc import Iterator
from io import StringIO

from pal_agent.model import Run
from pal_agent.report import Options
from pal_agent.report._scopes import COLUMNS, rows

BINARY = False
SUFFIX = ".csv"

ROWS = 200  # written at once
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render(run: Run, options: Options) -> Iterator[str]:
    """UTF-8 without a mark, commas, quotes where needed, one line a row."""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows(run), start=1):
        writer.writerow([guarded(getattr(row, column)) for column in COLUMNS])
        if not number % ROWS:
            yield _taken(page)
    yield _taken(page)


def guarded(text: str) -> str:
    """`text` so that no spreadsheet computes it. Spaces in front do not help a formula past this."""
    return f"'{text}" if text.lstrip(" '").startswith(_FORMULA) else text


def _taken(page: StringIO) -> str:
    text = page.getvalue()
    page.seek(0)
    page.truncate()
    return text
