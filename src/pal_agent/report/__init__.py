"""A finished run, rendered. One file a format: its name is the word after `-o`.

A format is a module with `BINARY` (yields bytes, not text), `SUFFIX` (".html") and
`render(run, options)`, a generator that holds one element of the run at a time. Modules that are no format are
named in `_PARTS` or start with an underscore.
"""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from pal_agent.errors import AgentError
from pal_agent.model import Counts, Run, RunHeader

_PARTS = frozenset({"clean", "masking", "writing"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to render. `width` is in columns and, like `colour` and `unicode`, of the terminal; `now` is aware.

    `previous` is the run before this one, `trend` the recorded runs up to it, oldest first; without a history, nothing.
    """

    now: datetime
    mask: bool = False
    quiet: bool = False
    width: int = 80
    colour: bool = False
    unicode: bool = True
    previous: Run | None = None
    trend: tuple[tuple[RunHeader, Counts], ...] = ()


class Format(Protocol):
    """What a module of this folder offers."""

    BINARY: bool
    SUFFIX: str

    def render(self, run: Run, options: Options) -> Iterator[str] | Iterator[bytes]: ...


def formats() -> tuple[str, ...]:
    """The names of all formats, sorted; imports none of them."""
    modules = (module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    return tuple(sorted(name for name in modules if name not in _PARTS and not name.startswith("_")))


def load(name: str) -> Format:
    """The format called `name`; an `AgentError` when there is none, or when its library is not installed."""
    if name not in formats():
        raise AgentError(f"there is no format {name!r}", mend=f"Choose one of: {', '.join(formats())}.")
    try:
        return cast("Format", import_module(f"{__name__}.{name}"))
    except ModuleNotFoundError as error:
        raise AgentError(
            f"format {name} needs the Python package {error.name}",
            mend="Install it with: pip install 'pal-agent[reports]'",
        ) from error
