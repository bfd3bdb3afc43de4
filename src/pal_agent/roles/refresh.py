"""Replaces the bundled role data from CSV files: `python -m pal_agent.roles.refresh --help`.

Refuses files in which a value of Microsoft's table would be lost: each row of the table must be a known role, with
the same value in both files.
"""

import argparse
import csv
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pal_agent.errors import AgentError
from pal_agent.roles import DATA, ROLES_FILE, SOURCE_FILE, TABLE_FILE, read

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")

Rows = Sequence[Mapping[str, str]]


class RoleDataError(AgentError):
    """CSV files that can't become the catalogue; nothing was written."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Exits with 1 and a message where the files are refused."""
    parser = argparse.ArgumentParser(prog="python -m pal_agent.roles.refresh", description=__doc__)
    parser.add_argument("--table", type=Path, required=True, help="Microsoft's table, columns as in pec_roles.csv")
    parser.add_argument("--table-dated", required=True, metavar="DATE", help="the date the table carries")
    parser.add_argument("--table-read", required=True, metavar="DATE", help="when it was copied")
    parser.add_argument("--roles", type=Path, required=True, help="all roles, columns as in builtin_roles.csv")
    parser.add_argument("--roles-dated", required=True, metavar="DATE", help="when the list was taken")
    parser.add_argument("--into", type=Path, default=DATA, metavar="DIR", help="default: the bundled data")
    given = parser.parse_args(arguments)
    dates = {
        "table": (given.table_dated, given.table_read),
        "roles": (given.roles_dated, given.roles_dated),
    }
    try:
        count = refresh(table=given.table, roles=given.roles, dates=dates, into=given.into)
    except RoleDataError as refusal:
        sys.exit(str(refusal))
    sys.stdout.write(f"{count} roles. Now bring data/README.md up to date.\n")


def refresh(*, table: Path, roles: Path, dates: Mapping[str, tuple[str, str]], into: Path) -> int:
    """Checks both files, then copies them beside a new `source.json`; how many roles there are now.

    `dates` gives the days that "table" and "roles" speak of, and when they were copied.
    """
    fault = next(_faults(table, roles, dates), None)
    if fault:
        raise RoleDataError(fault, mend="Mend the CSV; nothing was written.")
    count = len(read(roles, table))
    contents = {"table": table.read_bytes(), "roles": roles.read_bytes()}
    source = json.loads((DATA / SOURCE_FILE).read_text(encoding="utf-8"))
    for part, (dated, copied) in dates.items():
        digest = hashlib.sha256(contents[part]).hexdigest()
        source[part] |= {"dated": dated, "read": copied, "sha256": digest}
    (into / TABLE_FILE).write_bytes(contents["table"])
    (into / ROLES_FILE).write_bytes(contents["roles"])
    (into / SOURCE_FILE).write_text(json.dumps(source, indent=2) + "\n", encoding="utf-8")
    return count


def _faults(table: Path, roles: Path, dates: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    yield from (f"{date} is no date" for pair in dates.values() for date in pair if not _DATE.fullmatch(date))
    yield from _column_faults(table, ("role_definition_guid", "table_name", "pec_eligible", "note"))
    yield from _column_faults(
        roles, ("role_definition_guid", "role_name", "pec_table_value", "heuristic", "lighthouse_supported")
    )
    named, listed = _rows(table), _rows(roles)
    yield from _guid_faults(table, named)
    yield from _guid_faults(roles, listed)
    yield from _value_faults(named, listed)


def _rows(file: Path) -> Rows:
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _column_faults(file: Path, columns: Sequence[str]) -> Iterator[str]:
    rows = _rows(file)
    if not rows:
        yield f"{file.name}: no rows"
    for number, row in enumerate(rows, start=2):
        absent = [column for column in columns if row.get(column) is None]
        if absent:
            yield f"{file.name}:{number}: no {', '.join(absent)}"


def _guid_faults(file: Path, rows: Rows) -> Iterator[str]:
    guids = Counter(row["role_definition_guid"].lower() for row in rows)
    yield from (f"{file.name}: {guid} is no GUID" for guid in guids if not _GUID.fullmatch(guid))
    yield from (f"{file.name}: {guid} stands there {count} times" for guid, count in guids.items() if count > 1)


def _value_faults(named: Rows, listed: Rows) -> Iterator[str]:
    told = {row["role_definition_guid"].lower(): row["pec_eligible"] for row in named}
    for row in listed:
        guid, value, guess = row["role_definition_guid"].lower(), row["pec_table_value"], row["heuristic"]
        expected = told.pop(guid, "")
        if value != expected:
            yield f"{guid} is {expected or 'absent'!r} in the table and {value!r} in the list of roles"
        if guess not in ("yes", "no", "unknown"):
            yield f"{guid} has the guess {guess!r}"
    yield from (f"{guid} has the value {value!r}" for guid, value in _values(named) if value not in ("yes", "no"))
    yield from (f"{guid} is in the table and not in the list of roles" for guid in told)


def _values(named: Rows) -> Iterator[tuple[str, str]]:
    return ((row["role_definition_guid"], row["pec_eligible"]) for row in named)


if __name__ == "__main__":
    main()
