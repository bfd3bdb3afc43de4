"""Reads an estate from YAML: keys are the fields of `estate.py`. Every refusal names file and line."""

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pal_agent.sim.estate import Estate
from pal_agent.sim.estate_rules import contradictions
from pal_agent.sim.roles import guid_by_name

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NULLS = {"", "~", "null"}


class EstateError(Exception):
    """The estate can't be used. `str()` says where and why, fit to be shown to a person."""


def load_estate(path: Path) -> Estate:
    """Reads and checks an estate file. Raises EstateError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise EstateError(f"{path}: {error}") from error
    return parse_estate(text, source=str(path))


def parse_estate(text: str, *, source: str = "estate") -> Estate:
    """Like `load_estate`; `source` is what refusals call the text."""
    read = read_as(text, Estate, source=source)
    estate: Estate = read.value
    for culprit, message in contradictions(estate):
        raise EstateError(f"{source}:{read.lines.get(id(culprit), 1)}: {message}")
    return estate


@dataclass(frozen=True, kw_only=True)
class Read:
    """A value, and the line on which each noun in it began, by `id`."""

    value: Any
    lines: Mapping[int, int]


def read_as(text: str, wanted: Any, *, source: str) -> Read:
    """YAML as a value of the wanted type: a noun of `estate.py` or `faults.py`, or tuples and mappings of them."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise EstateError(f"{source}:{line}: {error.problem}") from error
    except YAMLError as error:
        raise EstateError(f"{source}: {error}") from error
    if node is None:
        raise EstateError(f"{source}:1: the file is empty")
    reader = _Reader(source)
    return Read(value=reader.value(node, wanted, "the file"), lines=reader.lines)


class _Reader:
    """Turns YAML nodes into values of a given type, and remembers where each noun began."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.lines: dict[int, int] = {}

    def value(self, node: Node, wanted: Any, key: str) -> Any:
        origin = get_origin(wanted)
        if origin in (Union, types.UnionType):
            return self._optional(node, wanted, key)
        if is_dataclass(wanted):
            return self._noun(node, wanted, key)
        if origin is tuple:
            return tuple(self.value(item, get_args(wanted)[0], key) for item in self._items(node, key))
        if origin is Mapping:
            inner = get_args(wanted)[1]
            return {name: self.value(item, inner, name) for name, item in self._pairs(node, key)}
        return self._scalar(node, wanted, key)

    def _optional(self, node: Node, wanted: Any, key: str) -> Any:
        if isinstance(node, ScalarNode) and node.style is None and node.value in _NULLS:
            return None
        (inner,) = (option for option in get_args(wanted) if option is not types.NoneType)
        return self.value(node, inner, key)

    def _noun(self, node: Node, wanted: Any, key: str) -> Any:
        hints, required = _shape(wanted)
        found: dict[str, Any] = {}
        for name, item in self._pairs(node, key):
            if name not in hints:
                raise self._refusal(item, f"{key} has no key {name!r}; known: {', '.join(hints)}")
            found[name] = self.value(item, hints[name], name)
        if missing := [name for name in required if name not in found]:
            raise self._refusal(node, f"{key} lacks {', '.join(missing)}")
        noun = wanted(**found)
        self.lines[id(noun)] = node.start_mark.line + 1
        return noun

    def _items(self, node: Node, key: str) -> list[Node]:
        if not isinstance(node, SequenceNode):
            raise self._refusal(node, f"{key} must be a list")
        return list(node.value)

    def _pairs(self, node: Node, key: str) -> Iterator[tuple[str, Node]]:
        if not isinstance(node, MappingNode):
            raise self._refusal(node, f"{key} must be a mapping")
        seen: set[str] = set()
        for name, item in node.value:
            if not isinstance(name, ScalarNode) or name.value in seen:
                raise self._refusal(name, f"{key} has the key {getattr(name, 'value', '?')!r} twice, or it is no word")
            seen.add(name.value)
            yield name.value, item

    def _scalar(self, node: Node, wanted: Any, key: str) -> Any:
        if not isinstance(node, ScalarNode):
            raise self._refusal(node, f"{key} must be a single value")
        try:
            return _understood(node.value, wanted)
        except ValueError as error:
            raise self._refusal(node, f"{key} {error}") from error

    def _refusal(self, node: Node, message: str) -> EstateError:
        return EstateError(f"{self._source}:{node.start_mark.line + 1}: {message}")


@cache
def _shape(noun: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Types by field, and the fields that must be given."""
    hints = get_type_hints(noun, include_extras=True)
    required = (item.name for item in fields(noun) if item.default is MISSING and item.default_factory is MISSING)
    return {item.name: hints[item.name] for item in fields(noun)}, tuple(required)


def _understood(text: str, wanted: Any) -> Any:
    """A scalar as the wanted type. Raises ValueError with the rest of the sentence."""
    if get_origin(wanted) is Literal:
        if text not in get_args(wanted):
            raise ValueError(f"must be one of {', '.join(get_args(wanted))}, not {text!r}")
        return text
    if get_origin(wanted) is Annotated:
        return _identifier(text, get_args(wanted)[1])
    if wanted is bool:
        if text not in ("true", "false"):
            raise ValueError(f"must be true or false, not {text!r}")
        return text == "true"
    if wanted is str:
        return text
    try:
        return wanted(text)
    except ValueError:
        raise ValueError(f"must be a number, not {text!r}") from None


def _identifier(text: str, kind: str) -> str:
    if kind == "role" and text.lower() in guid_by_name():
        return guid_by_name()[text.lower()]
    if not _GUID.fullmatch(text):
        raise ValueError(f"must be a GUID{' or the name of a built-in role' if kind == 'role' else ''}, not {text!r}")
    return text
