"""What is wrong with a configuration, where, and what to do about it. Never repeats a value: it might be a secret."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pal_agent.errors import ConfigurationError

KeyPath = tuple[str | int, ...]

SHOWN_AT_MOST = 40
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A line of a file, and the key that stands there."""

    file: Path
    line: int
    key: KeyPath = ()

    def __str__(self) -> str:
        spelled = spell(self.key)
        return f"{self.file}:{self.line}" + (f": {spelled}" if spelled else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`what` is one line that also says what to do."""

    place: Place
    what: str


def spell(key: KeyPath) -> str:
    """`credentials[2].auth.secret`; a part that no sane person would choose for a key is not shown."""
    spelled = ""
    for part in key:
        if isinstance(part, int):
            spelled += f"[{part}]"
        else:
            shown = part if _PLAIN_KEY.fullmatch(part) else "(a key)"
            spelled += f".{shown}" if spelled else shown
    return spelled


def refusal(faults: Iterable[Fault]) -> ConfigurationError:
    """All faults as one error, one a line, in the order of the files."""
    ordered = sorted(
        set(faults), key=lambda fault: (str(fault.place.file), fault.place.line, str(fault.place), fault.what)
    )
    if len(ordered) == 1:
        return ConfigurationError(ordered[0].what, where=str(ordered[0].place))
    lines = [f"{fault.place}: {fault.what}" for fault in ordered[:SHOWN_AT_MOST]]
    if len(ordered) > SHOWN_AT_MOST:
        lines.append(f"and {len(ordered) - SHOWN_AT_MOST} more")
    return ConfigurationError("\n".join(lines))
