"""Reading one field of Azure's JSON: the right type or `bad-response`, never a guess."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pal_agent.cloud.failure import Failure
from pal_agent.model import Code

T = TypeVar("T")
Json = Mapping[str, Any]

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def wrong(what: str) -> Failure:
    return Failure(Code.BAD_RESPONSE, f"The answer has not the documented shape: {what}.", status=200)


def text(content: Json, name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise wrong(f"`{name}` is not text")
    return value


def optional_text(content: Json, name: str) -> str | None:
    value = content.get(name)
    if not isinstance(value, str | None):
        raise wrong(f"`{name}` is not text")
    return value


def child(content: Json, name: str) -> Json:
    value = content.get(name)
    if not isinstance(value, dict):
        raise wrong(f"`{name}` is not an object")
    return value


def children(content: Json, name: str) -> tuple[Json, ...]:
    """A list of objects; absent or null is empty."""
    value = content.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
        raise wrong(f"`{name}` is not a list of objects")
    return tuple(value)


def guid_at_end(content: Json, name: str) -> str:
    """The trailing GUID of a resource ID, in lower case; Azure gives role definitions with and without a prefix."""
    tail = text(content, name).rstrip("/").rsplit("/", 1)[-1]
    if not GUID.fullmatch(tail):
        raise wrong(f"`{name}` does not end in a GUID")
    return tail.lower()


def each(elements: Iterable[Json], read: Callable[[Json], T]) -> tuple[T, ...]:
    return tuple(read(element) for element in elements)
