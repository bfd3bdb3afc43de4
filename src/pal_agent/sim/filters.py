"""The `$filter` of Microsoft.Authorization lists."""

import re
from dataclasses import dataclass
from typing import Literal

_TERM = re.compile(
    r"(?P<scope>atScope\(\))|assignedTo\('(?P<assigned>[^']*)'\)|principalId\s+eq\s+'(?P<principal>[^']*)'"
    r"|roleName\s+eq\s+'(?P<role>[^']*)'|type\s+eq\s+'(?P<kind>[^']*)'|asTarget\((?P<target>)\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What a list is limited to. `whose` tells how: through groups too, or this principal alone."""

    at_scope: bool = False
    principal: str | None = None
    whose: Literal["assigned", "principal", "caller"] | None = None
    role_name: str | None = None
    role_type: str | None = None


def understood(text: str) -> Filter | None:
    """The filter, or None when it is none that Azure knows."""
    found: dict[str, object] = {}
    for term in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        match = _TERM.fullmatch(term.strip())
        if match is None:
            return None
        found |= _meaning(match)
    return Filter(**found)  # type: ignore[arg-type]


def _meaning(match: re.Match[str]) -> dict[str, object]:
    match match.lastgroup:
        case "scope":
            return {"at_scope": True}
        case "assigned":
            return {"principal": match["assigned"].lower(), "whose": "assigned"}
        case "principal":
            return {"principal": match["principal"].lower(), "whose": "principal"}
        case "role":
            return {"role_name": match["role"].lower()}
        case "kind":
            return {"role_type": match["kind"].lower()}
        case _:
            return {"whose": "caller"}
