"""Customer lists as CSV: `tenants_file`, and what Partner Center exports. Comma, semicolon or tab; with or without a
byte order mark; headings in any case, and by any of the names that Partner Center has had for them."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pal_agent.config.document import HOSTILE, unreadable
from pal_agent.config.faults import Fault, Place, refusal
from pal_agent.config.schema import GUID

SIZE_LIMIT = 32 * 1024 * 1024
TENANT = ("tenantid", "microsoftid", "customertenantid", "customerid")
COMPANY = ("companyname", "customername", "customer", "name")
DOMAIN = ("primarydomainname", "primarydomain", "domainname", "domain")

_GUID = re.compile(GUID.removeprefix("^").removesuffix("$"))
_HOSTILE = re.compile(f"[{HOSTILE}]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A row. `tenant_id` is a GUID in lower case; the names are as found, so not to be trusted."""

    place: Place
    tenant_id: str
    company: str = ""
    domain: str = ""


def customers(file: Path) -> tuple[list[Customer], list[Fault]]:
    """The good rows and what is wrong with the others. A file that is no table raises a ConfigurationError."""
    rows = _rows(_text(file), file)
    line, heading = next(rows, (1, []))
    columns = [re.sub(r"[^a-z]", "", name.lower()) for name in heading]
    tenant = _column(columns, TENANT)
    if tenant is None:
        what = "needs a heading line with a column tenant_id"
        raise refusal([Fault(place=Place(file=file, line=line), what=what)])
    found, faults = [], []
    for line, row in rows:
        place = Place(file=file, line=line, key=("tenant_id",))
        value = _cell(row, tenant)
        if not _GUID.fullmatch(value):
            faults.append(Fault(place=place, what="must be a tenant ID such as 11111111-2222-3333-4444-555555555555"))
            continue
        company, domain = _cell(row, _column(columns, COMPANY)), _cell(row, _column(columns, DOMAIN))
        found.append(Customer(place=place, tenant_id=value.lower(), company=company, domain=domain))
    if not found and not faults:
        faults.append(Fault(place=Place(file=file, line=line), what="names no tenant; add a line for each"))
    return found, faults


def _column(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _text(file: Path) -> str:
    start = Place(file=file, line=1)
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise unreadable(file, error) from error
    if len(content) > SIZE_LIMIT:
        raise refusal([Fault(place=start, what=f"is larger than {SIZE_LIMIT // 1024**2} MiB; name a smaller file")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal([Fault(place=start, what="is not UTF-8; save it as CSV UTF-8")]) from error


def _rows(text: str, file: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        place = Place(file=file, line=max(reader.line_num, 1))
        raise refusal([Fault(place=place, what="is not CSV here; look for a quote that is not closed")]) from error


def _delimiter(text: str) -> str:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=heading.count)


def harmless(name: str) -> str:
    """A foreign name as one printable line of at most 100 characters."""
    return " ".join(_HOSTILE.sub(" ", name).split())[:100].strip()
