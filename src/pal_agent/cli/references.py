"""How commands name recorded runs: by number, by ID or its beginning, counted back, or by the file of a report."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pal_agent.cli.words import Words

if TYPE_CHECKING:
    from pal_agent.history import History, RecordedRun, RunStore

_BACK = re.compile(r"-([1-9][0-9]{0,8})")


class RunCommand(click.Command):
    """A command whose arguments name runs: `-2` is one, not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_BACK.sub(_counted, one) if _BACK.fullmatch(one) else one for one in args])


def _counted(found: re.Match[str]) -> str:
    """`-1` is the last run, which the history calls `last-0` too."""
    return f"last-{int(found[1]) - 1}"


def opened(words: Words) -> "History":
    """The configured history, to read. Needs no network and makes nothing."""
    from pal_agent.errors import HistoryError
    from pal_agent.history import History

    settings = words.settings()
    if settings.history is None:
        raise HistoryError(
            "the configuration switches the history off",
            where=str(settings.source or "configuration"),
            mend="Name a file as `path` under `history`, or give report files.",
        )
    return History(settings.history, write=False)


class References:
    """Runs by name. The history is opened when the first of them is in it, so files need no configuration."""

    def __init__(self, words: Words, stack: ExitStack) -> None:
        self._words, self._stack = words, stack
        self.history: History | None = None

    def run(self, reference: str | None) -> "RecordedRun | RunStore":
        """None is the last recorded run."""
        from pal_agent.history import runfile

        if reference is not None and is_file(reference):
            return self.kept(runfile.read(Path(reference)))
        return self.recorded(reference)

    def merged(self, files: "tuple[str, ...]") -> "RunStore":
        """The files of shards, as one run."""
        from pal_agent.history import merging

        return self.kept(merging.merge([Path(file) for file in files]))

    def kept(self, run: "RunStore") -> "RunStore":
        """To be closed with the others."""
        return self._stack.enter_context(run)

    def recorded(self, reference: str | None) -> "RecordedRun":
        if self.history is None:
            self.history = self._stack.enter_context(opened(self._words))
        return self.history.load(reference)


def is_file(reference: str) -> bool:
    """What looks like a path is one, so that a misspelt file is not searched for in the history."""
    return "/" in reference or reference.endswith(".json") or os.path.isfile(reference)  # noqa: PTH113 - may be any text


@contextmanager
def references(words: Words) -> Iterator[References]:
    """Everything that `run` gave is closed at the end."""
    with ExitStack() as stack:
        yield References(words, stack)
