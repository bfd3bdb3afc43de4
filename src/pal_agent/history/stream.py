"""Reads a large JSON object in pieces: its members one by one, and of lists the elements."""

import json
from collections.abc import Iterator
from typing import TextIO, cast

from pal_agent.codec import Json

_CHUNK = 2**20  # characters
_SPACE = " \t\r\n"


def members(file: TextIO) -> Iterator[tuple[str, Json]]:
    """Each member of the top-level object as its name and value; a list as one pair for each element, in order.

    Holds a chunk and one element. Raises `ValueError` for anything but one JSON object.
    """
    text = _Text(file)
    text.expect("{")
    if text.peek() == "}":
        text.expect("}")
    else:
        yield from _members(text)
    if text.peek():
        raise ValueError("more than one JSON value")


def _members(text: "_Text") -> Iterator[tuple[str, Json]]:
    while True:
        name = text.value()
        if not isinstance(name, str):
            raise ValueError("a name is missing")
        text.expect(":")
        for value in _elements(text) if text.peek() == "[" else (text.value(),):
            yield name, value
        if text.expect(",}") == "}":
            return


def _elements(text: "_Text") -> Iterator[Json]:
    text.expect("[")
    if text.peek() == "]":
        text.expect("]")
        return
    while True:
        yield text.value()
        if text.expect(",]") == "]":
            return


class _Text:
    """A window on the file: `_window[_at:]` is what is still to be read of it."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._window, self._at = file, "", 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is not space; empty at the end."""
        while True:
            while self._at < len(self._window):
                if self._window[self._at] not in _SPACE:
                    return self._window[self._at]
                self._at += 1
            if not self._more(_CHUNK):
                return ""

    def expect(self, characters: str) -> str:
        found = self.peek()
        if not found or found not in characters:
            raise ValueError(f"{' or '.join(characters)} expected, found {found!r}")
        self._at += 1
        return found

    def value(self) -> Json:
        """The next whole value; the window doubles until it is in it."""
        self.peek()
        size = _CHUNK
        while True:
            try:
                found, end = self._decoder.raw_decode(self._window, self._at)
                # So near the end of the window a number may go on, by as little as `.` or `e+`.
                if end + 2 < len(self._window) or not self._more(size):
                    self._at = end
                    return cast("Json", found)
            except json.JSONDecodeError:
                if not self._more(size):
                    raise
            size *= 2

    def _more(self, size: int) -> bool:
        read = self._file.read(size)
        if not read:
            return False
        self._window, self._at = self._window[self._at :] + read, 0
        return True
