"""A workbook to filter, sort and hand on: summary, credentials, scopes, findings, exceptions.

Every cell that Azure had a say in is written as a string, never parsed: no formula, no link, no number is made of it.
Rows go to disk as they come (`constant_memory`), which leaves out Excel's table objects; filter buttons, frozen
heads and banding do what they do. States carry their word, the colour only repeats it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import xlsxwriter

from pal_agent.model import Finding, Run
from pal_agent.report import Options
from pal_agent.report._answer import EXPECTED, TIER_NAMES, answer
from pal_agent.report._scopes import ScopeRow, scope_rows, target_row, tenant_names
from pal_agent.report.clean import SENTENCE, clean

BINARY = True
SUFFIX = ".xlsx"

CHUNK = 64 * 1024
LAST_ROW = 1_048_575  # of a sheet, counted from 0; Excel's own limit
_SETTINGS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_COLOURS = {  # text and background; word: both readable in print and for most colour-blind readers
    "full": ("#12734D", "#E4F4EC"),
    "linked": ("#12734D", "#E4F4EC"),
    "verified": ("#12734D", "#E4F4EC"),
    "partial": ("#7A5000", "#FDF1D9"),
    "warning": ("#7A5000", "#FDF1D9"),
    "none": ("#B3261E", "#FDECEB"),
    "missing": ("#B3261E", "#FDECEB"),
    "other": ("#B3261E", "#FDECEB"),
    "error": ("#B3261E", "#FDECEB"),
    "unknown": ("#5A5796", "#EEEEFB"),
    "unverified": ("#5A5796", "#EEEEFB"),
}

Element = TypeVar("Element")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """`state` columns are coloured by their word. `width` is in characters."""

    head: str
    width: int
    state: bool = False


_TARGETS = {
    "credentials": Column(head="Credential", width=28),
    "tenant": Column(head="Tenant", width=28),
    "tenant_id": Column(head="Tenant ID", width=38),
    "link": Column(head="Link", width=11, state=True),
    "partner_id": Column(head="Partner ID", width=14),
    "status": Column(head="Status", width=12, state=True),
    "reason": Column(head="Reason", width=70),
}
_SCOPES = {
    "tenant": Column(head="Tenant", width=28),
    "subscription": Column(head="Subscription", width=30),
    "resource_group": Column(head="Resource group", width=28),
    "association": Column(head="Association", width=13, state=True),
    "influence": Column(head="Influence", width=13, state=True),
    "pec": Column(head="Partner earned credit", width=22, state=True),
    "complete": Column(head="Complete", width=11),
    "credentials": Column(head="Credentials", width=30),
    "azure_state": Column(head="Azure state", width=13),
    "tenant_id": Column(head="Tenant ID", width=38),
    "subscription_id": Column(head="Subscription ID", width=38),
    "assignments": Column(head="Role assignments", width=60),
}
_FINDINGS = (
    Column(head="Severity", width=11, state=True),
    Column(head="Finding", width=30),
    Column(head="Message", width=70),
    Column(head="What mends it", width=70),
    Column(head="Credential", width=26),
    Column(head="Tenant ID", width=38),
    Column(head="Scope", width=60),
)
_EXCEPTIONS = (
    Column(head="Expires", width=12),
    Column(head="Reason", width=40),
    Column(head="Owner", width=28),
    *_FINDINGS[1:],
)


def render(run: Run, options: Options) -> Iterator[bytes]:
    """The workbook is put together in a temporary folder, then handed on in pieces."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        _Book(path, folder, run).fill(run)
        with path.open("rb") as file:
            yield from iter(lambda: file.read(CHUNK), b"")


class _Book:
    """The workbook while it is being written."""

    def __init__(self, path: Path, folder: str, run: Run) -> None:
        self._book: Any = xlsxwriter.Workbook(path, {**_SETTINGS, "tmpdir": folder})
        finished = datetime.fromisoformat(run.header.finished_at)
        self._book.set_properties({"title": "Partner Admin Link report", "created": finished.replace(tzinfo=None)})
        self._head = self._format(bold=True, bg_color="#17202C", font_color="#FFFFFF", valign="vcenter")
        self._title = self._format(bold=True, font_size=14)
        self._bold = self._format(bold=True)
        self._number = self._format(num_format="#,##0")
        self._states = {word: self._format(font_color=ink, bg_color=paper) for word, (ink, paper) in _COLOURS.items()}

    def fill(self, run: Run) -> None:
        self._summary(run)
        names = tenant_names(run)
        self._rows("Credentials", _TARGETS, (target_row(one, names) for one in run.targets()))
        self._rows("Scopes", _SCOPES, (row for one in run.subscriptions() for row in scope_rows(one, names)))
        self._sheet("Findings", _FINDINGS, (_finding(one) for one in run.findings() if not one.excepted))
        self._sheet("Exceptions", _EXCEPTIONS, filter(None, map(_exception, run.findings())))
        self._book.close()

    def _format(self, **properties: object) -> Any:
        return self._book.add_format({"font_name": "Calibri", **properties})

    def _summary(self, run: Run) -> None:
        sheet, header, counts = self._book.add_worksheet("Summary"), run.header, run.counts
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 5, 14)
        sheet.write_string(0, 0, answer(header, counts).sentence, self._title)
        facts = f"{clean(header.command)} · run {clean(header.id)} · finished {clean(header.finished_at)} · "
        sheet.write_string(1, 0, f"{facts}required: {TIER_NAMES[header.require]} · exit code {header.exit_code}")
        sheet.write_string(2, 0, EXPECTED)
        groups = {
            "Targets": counts.targets,
            "Links": counts.links,
            "Subscriptions": counts.subscriptions,
            "Resource groups": counts.resource_groups,
            "Findings": counts.findings,
        }
        row = 4
        for name, numbers in groups.items():
            sheet.write_string(row, 0, name, self._bold)
            for column, word in enumerate(numbers, start=1):
                sheet.write_string(row, column, word, self._states.get(word))
            for column, number in enumerate(numbers.values(), start=1):
                sheet.write_number(row + 1, column, number, self._number)
            row += 3

    def _rows(self, name: str, columns: dict[str, Column], found: Iterable[ScopeRow]) -> None:
        self._sheet(name, tuple(columns.values()), ([getattr(row, field) for field in columns] for row in found))

    def _sheet(self, name: str, columns: tuple[Column, ...], found: Iterable[list[str]]) -> None:
        """Goes on in a further sheet where one is full."""
        for number, page in enumerate(pages(iter(found), LAST_ROW), start=1):
            sheet = self._book.add_worksheet(name if number == 1 else f"{name} {number}")
            self._heads(sheet, columns)
            last = 0
            for last, cells in enumerate(page, start=1):
                for column, text in enumerate(cells):
                    sheet.write_string(last, column, text)
            self._finish(sheet, columns, last)

    def _heads(self, sheet: Any, columns: tuple[Column, ...]) -> None:
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 22)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            sheet.write_string(0, index, column.head, self._head)

    def _finish(self, sheet: Any, columns: tuple[Column, ...], last: int) -> None:
        sheet.autofilter(0, 0, last, len(columns) - 1)
        for index, column in enumerate(columns):
            if column.state and last:
                for word, style in self._states.items():
                    rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
                    sheet.conditional_format(1, index, last, index, rule)


def pages(found: Iterator[Element], size: int) -> Iterator[Iterator[Element]]:
    """`found` in iterators of `size` at most, at least one; each to be walked to its end before the next."""
    yield islice(found, size)
    for first in found:
        yield chain([first], islice(found, size - 1))


def _finding(finding: Finding) -> list[str]:
    return [
        finding.severity,
        clean(finding.id),
        clean(finding.message, limit=SENTENCE),
        clean(finding.fix, limit=SENTENCE),
        clean(finding.credential or ""),
        clean(finding.tenant_id or ""),
        clean(finding.scope or ""),
    ]


def _exception(finding: Finding) -> list[str]:
    """Nothing for a finding that is not excepted."""
    excepted = finding.excepted
    if excepted is None:
        return []
    return [excepted.expires.isoformat(), clean(excepted.reason), clean(excepted.owner), *_finding(finding)[1:]]
