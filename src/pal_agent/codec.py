"""Facts and results to JSON and back: how `history` keeps them, and how a run can be evaluated again offline.

A dataclass is an object without the fields that hold their default; a tuple is a list; a date is ISO 8601. Where
a type allows several dataclasses, the value is wrapped in its class name: `{"missing": {...}}`. So a field that is
added later, with a default, reads older records.

Lone surrogates and control characters survive (as JSON escapes). A high surrogate followed by a low one comes back
as the one character they spell, which is also how they would have been read from an answer.
"""

import json
import re
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Value = TypeVar("Value")
_Coder = Callable[[Any], Any]
_Pair = tuple[_Coder, _Coder]  # encodes, decodes
_BUILT: dict[type, _Pair] = {}
_TAGS: dict[type, str] = {}
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)  # `json.dumps` would make one for each value


class CodecError(ValueError):
    """The data is not what `encode` writes for this type."""


def encode(value: object) -> Json:
    """A dataclass instance as JSON-able data."""
    return cast("Json", _dataclass(type(value))[0](value))


def decode(kind: type[Value], data: Json) -> Value:
    """What `encode` was given; `CodecError` for anything it would not write."""
    return cast("Value", _dataclass(kind)[1](data))


def dumps(value: object) -> bytes:
    """A dataclass instance as compact ASCII JSON."""
    return _ENCODER.encode(encode(value)).encode("ascii")


def loads(kind: type[Value], text: bytes) -> Value:
    """What `dumps` was given."""
    try:
        data = json.loads(text.decode("ascii"))
    except ValueError as error:
        raise CodecError(f"not JSON: {error}") from error
    return decode(kind, data)


def _dataclass(kind: type) -> _Pair:
    """The coders of a dataclass, built once."""
    if kind not in _BUILT:
        _BUILT[kind] = _build(kind)
    return _BUILT[kind]


def _build(kind: type) -> _Pair:
    hints = get_type_hints(kind)
    coders = [(field.name, *_coders(hints[field.name]), _default(field)) for field in fields(kind)]
    writers = [(name, write, default) for name, write, _, default in coders]
    readers = {name: read for name, _, read, _ in coders}

    def write(value: Any) -> dict[str, Json]:
        data = {}
        for name, write_field, default in writers:
            held = getattr(value, name)
            if held != default:
                data[name] = write_field(held)
        return data

    def read(data: Any) -> Any:
        try:
            return kind(**{name: readers[name](held) for name, held in data.items()})
        except (AttributeError, KeyError, TypeError) as error:
            raise CodecError(f"not a {kind.__name__}: {error}") from error

    return write, read


def _default(field: "Field[Any]") -> object:
    """The value to leave out; an object equal to nothing when the field has none."""
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else object()


def _coders(hint: Any) -> _Pair:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _union(get_args(hint))
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin is Literal:
        return _same, _checked(get_args(hint).__contains__, "a known word")
    if origin is dict:
        return dict, _checked(lambda data: isinstance(data, dict), "an object")
    if is_dataclass(hint):
        return _dataclass(cast("type", hint))
    return _scalar(hint)


def _scalar(kind: type) -> _Pair:
    if issubclass(kind, Enum):
        return _value, _enum(kind)
    if kind is date:
        return date.isoformat, _date
    if kind is float:
        return _same, _checked(lambda data: type(data) in (int, float), "a number")
    return _same, _exactly(kind)


def _tuple(members: tuple[Any, ...]) -> _Pair:
    if len(members) == 2 and members[1] is Ellipsis:
        write_one, read_one = _coders(members[0])
        if write_one is _same:
            return list, _elements(read_one)
        return (lambda value: [write_one(held) for held in value]), _elements(read_one)
    writers, readers = zip(*map(_coders, members), strict=True)

    def read(data: Any) -> tuple[Any, ...]:
        if type(data) is not list or len(data) != len(readers):
            raise CodecError(f"not a list of {len(readers)}")
        return tuple(read_one(held) for read_one, held in zip(readers, data, strict=True))

    return (lambda value: [w(held) for w, held in zip(writers, value, strict=True)]), read


def _elements(read_one: _Coder) -> _Coder:
    def read(data: Any) -> tuple[Any, ...]:
        if type(data) is not list:
            raise CodecError("not a list")
        return tuple([read_one(held) for held in data])

    return read


def _union(members: tuple[Any, ...]) -> _Pair:
    """None is null, a tuple is a list; of what remains, several dataclasses are told apart by name."""
    named = {_tag(cast("type", kind)): _dataclass(cast("type", kind)) for kind in members if is_dataclass(kind)}
    others = [kind for kind in members if kind is not NoneType and not is_dataclass(kind)]
    plain = _coders(others[0]) if others else None
    if len(named) == 1 and plain is None:
        plain, named = next(iter(named.values())), {}
    return _union_writer(named, plain), _union_reader(named, plain, optional=NoneType in members)


def _union_writer(named: dict[str, _Pair], plain: _Pair | None) -> _Coder:
    def write(value: Any) -> Json:
        if value is None:
            return None
        tag = _tag(type(value))
        if tag in named:
            return {tag: named[tag][0](value)}
        if plain is None:
            raise CodecError(f"none of {', '.join(named)}")
        return cast("Json", plain[0](value))

    return write


def _union_reader(named: dict[str, _Pair], plain: _Pair | None, *, optional: bool) -> _Coder:
    def read(data: Any) -> Any:
        if data is None and optional:
            return None
        if named and type(data) is dict and len(data) == 1:
            tag, held = next(iter(data.items()))
            if tag in named:
                return named[tag][1](held)
        if plain is None:
            raise CodecError(f"none of {', '.join(named)}")
        return plain[1](data)

    return read


def _tag(kind: type) -> str:
    """`NoLink` is `no-link`."""
    if kind not in _TAGS:
        _TAGS[kind] = re.sub(r"(?<=.)(?=[A-Z])", "-", kind.__name__).lower()
    return _TAGS[kind]


def _same(value: Any) -> Any:
    return value


def _value(member: Any) -> Any:
    return member.value


def _enum(kind: type[Enum]) -> _Coder:
    known = {member.value: member for member in kind}

    def read(data: Any) -> Enum:
        if type(data) is not str or data not in known:
            raise CodecError(f"not a {kind.__name__}")
        return known[data]

    return read


def _date(data: Any) -> date:
    try:
        return date.fromisoformat(data)
    except (TypeError, ValueError) as error:
        raise CodecError("not a date") from error


def _exactly(kind: type) -> _Coder:
    """Most of what is read goes through here."""

    def read(data: Any) -> Any:
        if type(data) is not kind:
            raise CodecError(f"not {kind.__name__}")
        return data

    return read


def _checked(holds: Callable[[Any], bool], wanted: str) -> _Coder:
    def read(data: Any) -> Any:
        if not holds(data):
            raise CodecError(f"not {wanted}")
        return data

    return read
