"""What Microsoft says of each built-in role: the bundled table of partner earned credit, looked up by role GUID.

The table is Microsoft's, not ours: a role that it does not name is `undocumented`, whatever its name suggests.
`Role.guess` is this project's unofficial guess for such roles; it never takes part in attribution.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pal_agent.model import Eligibility

DATA = Path(__file__).parent / "data"
ROLES_FILE = "builtin_roles.csv"
TABLE_FILE = "pec_roles.csv"
SOURCE_FILE = "source.json"

_TABLE_VALUES: Mapping[str, Eligibility] = {"yes": "yes", "no": "no", "": "undocumented"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """A built-in role. `id` is its GUID in lower case, `table_name` the name it has in Microsoft's table,
    None when the table does not name it. `guess` is unofficial: show it as a guess or not at all."""

    id: str
    name: str
    eligible: Eligibility
    table_name: str | None
    note: str | None
    guess: Literal["yes", "no", "unknown"]
    lighthouse: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where bundled data came from. `dated` is the day it speaks of, `read` the day or month it was copied."""

    title: str
    page: str | None
    dated: str
    read: str
    file: str
    sha256: str


class Catalogue:
    """Built-in roles by GUID. GUIDs compare without case; a GUID that is not here is a custom or a newer role."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self._roles = {role.id: role for role in roles}
        self._eligible = {role.id: role.eligible for role in self._roles.values()}

    def entry(self, guid: str) -> Role | None:
        return self._roles.get(guid.lower())

    def eligibility(self, guid: str) -> Eligibility:
        """The table's word; `undocumented` for roles that the table or the list does not name."""
        return self._eligible.get(guid.lower(), "undocumented")

    def name(self, guid: str) -> str | None:
        """The role's current name, which may differ from the one in Microsoft's table."""
        role = self.entry(guid)
        return role.name if role else None

    def named(self, name: str) -> Role | None:
        """The role whose current name is this, in any case."""
        return next((role for role in self._roles.values() if role.name.lower() == name.lower()), None)

    def search(self, text: str) -> tuple[Role, ...]:
        """Roles with every word of `text` in their name, their name in the table or their GUID, sorted by name."""
        words = text.lower().split()
        found = (role for role in self._roles.values() if all(word in _searchable(role) for word in words))
        return tuple(sorted(found, key=lambda role: (role.name.lower(), role.id)))


def _searchable(role: Role) -> str:
    return f"{role.name} {role.table_name or ''} {role.id}".lower()


@cache
def bundled() -> Catalogue:
    """The catalogue that comes with this version, read once."""
    return Catalogue(read(DATA / ROLES_FILE, DATA / TABLE_FILE))


@cache
def origins() -> tuple[Origin, Origin]:
    """Where Microsoft's table and the list of built-in roles came from."""
    found = json.loads((DATA / SOURCE_FILE).read_text(encoding="utf-8"))
    return Origin(**found["table"]), Origin(**found["roles"])


def read(roles: Path, table: Path) -> tuple[Role, ...]:
    """The roles of two CSV files in the bundled files' columns. KeyError where a column or value is not as expected."""
    with table.open(encoding="utf-8", newline="") as lines:
        named = {row["role_definition_guid"].lower(): row for row in csv.DictReader(lines)}
    with roles.open(encoding="utf-8", newline="") as lines:
        return tuple(_role(row, named.get(row["role_definition_guid"].lower())) for row in csv.DictReader(lines))


_GUESSES: Mapping[str, Literal["yes", "no", "unknown"]] = {"yes": "yes", "no": "no", "unknown": "unknown"}


def _role(row: Mapping[str, str], named: Mapping[str, str] | None) -> Role:
    return Role(
        id=row["role_definition_guid"].lower(),
        name=row["role_name"],
        eligible=_TABLE_VALUES[row["pec_table_value"]],
        table_name=named["table_name"] if named else None,
        note=(named["note"] or None) if named else None,
        guess=_GUESSES[row["heuristic"]],
        lighthouse=row["lighthouse_supported"] == "yes",
    )
