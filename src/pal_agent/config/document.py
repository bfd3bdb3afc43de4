"""YAML text to plain values, with the line of every key. Takes the small, strict part of YAML that a configuration
needs: one document, no anchors, aliases, tags or directives. Reads events, so a bomb is refused before it opens."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.nodes import ScalarNode

from pal_agent.config.faults import Fault, KeyPath, Place, refusal
from pal_agent.errors import ConfigurationError

SIZE_LIMIT = 8 * 1024 * 1024
DEPTH_LIMIT = 16

# Control characters (tab, line feed and carriage return are layout), what turns text around or hides in it, surrogates.
HOSTILE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff"
_HOSTILE_IN_FILE = re.compile(f"[{HOSTILE}]")
_HOSTILE_IN_VALUE = re.compile(f"[\t\r{HOSTILE}]")
_UTF_16_OR_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_TYPED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "timestamp"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """`data` is made of dict, list, str, int, float, bool, date and None. `lines` has the line of every key and item.
    `faults` are those that did not keep it from being read: duplicate keys, of which the first counts."""

    file: Path
    data: object
    lines: dict[KeyPath, int]
    faults: tuple[Fault, ...]

    def place(self, key: KeyPath) -> Place:
        """Where the key stands, or where it would: the line of the nearest parent that exists."""
        known = key
        while known and known not in self.lines:
            known = known[:-1]
        return Place(file=self.file, line=self.lines.get(known, 1), key=key)


def read(file: Path) -> Document:
    return parse(decoded(file), file=file)


def decoded(file: Path) -> str:
    """The text of a UTF-8 file of bounded size without control characters, or a ConfigurationError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise unreadable(file, error) from error
    if len(content) > SIZE_LIMIT:
        mend = "Move a long list of tenants to a CSV file and name it in tenants_file."
        raise ConfigurationError(f"is larger than {SIZE_LIMIT // 1024**2} MiB", where=str(file), mend=mend)
    return _text(content, file=file)


def unreadable(file: Path, error: OSError | ValueError) -> ConfigurationError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable path"
    return ConfigurationError(
        f"cannot be read: {reason}", where=str(file), mend="Name a file that exists and may be read."
    )


def _text(content: bytes, *, file: Path) -> str:
    start = Place(file=file, line=1)
    if content.startswith(_UTF_16_OR_32) or b"\x00" in content[:4]:
        raise refusal([Fault(place=start, what="is not UTF-8 but UTF-16 or UTF-32; save it as UTF-8")])
    if content.startswith(b"\xef\xbb\xbf"):
        raise refusal([Fault(place=start, what="starts with a byte order mark; save it as UTF-8 without BOM")])
    text = content.decode("utf-8", errors="surrogateescape")
    if found := _HOSTILE_IN_FILE.search(text):
        place = Place(file=file, line=text.count("\n", 0, found.start()) + 1)
        invalid = "\ud800" <= found.group() <= "\udfff"
        what = "is not valid UTF-8 here" if invalid else "has a control or invisible character here"
        raise refusal([Fault(place=place, what=f"{what}; remove it and save the file as UTF-8")])
    return text


def parse(text: str, *, file: Path) -> Document:
    """Raises a ConfigurationError for text that is not one plain YAML document. `file` is for messages."""
    composer = _Composer(file=file)
    try:
        data = composer.document(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise refusal([_syntax(error, text=text, file=file)]) from None  # its text quotes the file
    except (YAMLError, ValueError, OverflowError):
        raise refusal([Fault(place=Place(file=file, line=1), what="is not valid YAML")]) from None  # likewise
    return Document(file=file, data=data, lines=composer.lines, faults=tuple(composer.faults))


def _syntax(error: MarkedYAMLError, *, text: str, file: Path) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    written = text.splitlines()[line - 1 : line]
    indented_by_tab = bool(written) and "\t" in written[0][: len(written[0]) - len(written[0].lstrip())]
    hint = (
        "indent with spaces, YAML takes no tabs"
        if indented_by_tab
        else "look for a missing quote, colon, bracket or space"
    )
    return Fault(place=Place(file=file, line=line), what=f"is not valid YAML here or just before; {hint}")


@dataclass(kw_only=True)
class _Composer:
    """Turns events into values. Keys are taken as they are written; only values have types."""

    file: Path
    lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    types: YAML = field(default_factory=lambda: YAML(typ="safe", pure=True))

    def document(self, events: Iterator[Event]) -> object:
        next(events)  # the start of the stream
        start = next(events)
        if isinstance(start, StreamEndEvent):
            raise self.refused((), start, "is empty; `pal-agent init` writes a configuration to start from")
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            raise self.refused((), start, "has a % directive; remove it")
        value = self.value(next(events), events, ())
        next(events)  # the end of the document
        more = next(events)
        if not isinstance(more, StreamEndEvent):
            raise self.refused((), more, "holds a second YAML document; keep one")
        return value

    def value(self, event: Event, events: Iterator[Event], key: KeyPath) -> object:
        self.guard(event, key)
        match event:
            case MappingStartEvent():
                return self.mapping(events, key)
            case SequenceStartEvent():
                return self.sequence(events, key)
            case _:
                return self.scalar(event, key)

    def guard(self, event: Event, key: KeyPath) -> None:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise self.refused(
                key, event, "anchors and aliases (& and *) are not taken; write it out, or quote the text"
            )
        if getattr(event, "tag", None):
            raise self.refused(key, event, "YAML tags (!) are not taken; remove it, or quote the text")
        if isinstance(event, ScalarEvent) and _HOSTILE_IN_VALUE.search(event.value):
            raise self.refused(key, event, "has a control or invisible character in it; remove it")
        if len(key) > DEPTH_LIMIT:
            raise self.refused(key[:2], event, "is nested too deeply")

    def mapping(self, events: Iterator[Event], key: KeyPath) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            self.guard(event, key)
            if not isinstance(event, ScalarEvent):
                raise self.refused(key, event, "a key must be a word")
            name = sys.intern(event.value)  # thousands of entries have the same few keys
            here = (*key, name)
            if name in found:
                what = f"duplicate key, first on line {self.lines[here]}; remove one"
                shown = (*key, "") if found[name] is None else here  # `{hunter2, hunter2}` may be a secret for a key
                self.faults.append(Fault(place=self.place(shown, event), what=what))
                _Composer(file=self.file, types=self.types).value(next(events), events, here)
            else:
                self.lines[here] = event.start_mark.line + 1
                found[name] = self.value(next(events), events, here)
        return found

    def sequence(self, events: Iterator[Event], key: KeyPath) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            here = (*key, len(found))
            self.lines[here] = event.start_mark.line + 1
            found.append(self.value(event, events, here))
        return found

    def scalar(self, event: Any, key: KeyPath) -> object:
        text = str(event.value)
        if not event.implicit[0]:
            return text
        tag = str(self.types.resolver.resolve(ScalarNode, text, event.implicit))
        if tag not in _TYPED:
            return text
        try:
            return self.types.constructor.construct_object(ScalarNode(tag, text))
        except (ValueError, OverflowError):  # 2027-02-31, or a number of 5,000 digits: whoever expects one will say so
            return text

    def place(self, key: KeyPath, event: Event) -> Place:
        return Place(file=self.file, line=event.start_mark.line + 1, key=key)

    def refused(self, key: KeyPath, event: Event, what: str) -> ConfigurationError:
        return refusal([Fault(place=self.place(key, event), what=what)])
