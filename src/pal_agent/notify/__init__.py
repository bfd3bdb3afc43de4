"""Word of a run, sent where the configuration says. Needs the extra `notify` (apprise), imported when it is needed.

A notification that can't be sent is told and changes nothing else. The URL holds a secret: it goes to apprise and
nowhere else, so what apprise says of a failure is never passed on, only what kind of failure it was.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pal_agent.errors import AgentError
from pal_agent.model import Run
from pal_agent.notify.word import Word
from pal_agent.report import Options, load
from pal_agent.report.writing import Output, write
from pal_agent.settings import Notification, SecretReference

SECONDS = 60  # for one service, attachment included
LARGEST = 8 * 1024 * 1024  # bytes: what mail servers still take; the markdown report is never larger than 1 MiB


def send(
    entries: Sequence[Notification],
    word: Word,
    run: Run,
    options: Options,
    *,
    secret: Callable[[SecretReference], str],
) -> tuple[AgentError, ...]:
    """Sends `word` to every entry that wants to hear it; returns what could not be sent, without the URL."""
    failures: list[AgentError] = []
    with ExitStack() as stack:
        report = _Report(run, options, stack)
        for number, entry in enumerate(entries):
            if word.is_for(entry.when):
                try:
                    _send(entry, word, report, secret)
                except AgentError as error:
                    failures.append(AgentError(f"not sent: {error}", where=f"notify[{number}]"))
    return tuple(failures)


class _Report:
    """The attachment, made when the first service takes one: the page where it can be made and sent, else Markdown."""

    def __init__(self, run: Run, options: Options, stack: ExitStack) -> None:
        self._run, self._options, self._stack = run, options, stack
        self._path: Path | None = None

    def path(self) -> Path:
        if self._path is None:
            folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="pal-agent-")))
            self._path = self._page(folder) or self._written(folder, "markdown")
        return self._path

    def _page(self, folder: Path) -> Path | None:
        try:
            path = self._written(folder, "html")
        except AgentError:
            return None  # its library is not installed
        return path if path.stat().st_size <= LARGEST else None

    def _written(self, folder: Path, name: str) -> Path:
        path = folder / f"pal-agent{load(name).SUFFIX}"
        write(self._run, Output(format=name, path=path), self._options, None)
        return path


def _send(entry: Notification, word: Word, report: _Report, secret: Callable[[SecretReference], str]) -> None:
    apprise = _library()
    box = apprise.Apprise(asset=apprise.AppriseAsset(app_id="pal-agent", app_desc="pal-agent"))
    if not box.add(secret(entry.url)):
        raise AgentError("what this leads to is not an apprise URL", where=str(entry.url), mend=_MEND)
    for service in box:
        _deliver(apprise, service, word, report, where=str(entry.url))


_MEND = (
    "Put one there, such as the address of a Teams workflow or mailto://; https://appriseit.com/services/ lists them."
)


def _library() -> Any:
    try:
        import apprise
    except ModuleNotFoundError as error:
        raise AgentError(
            "needs the Python package apprise", mend="Install it with: pip install 'pal-agent[notify]'"
        ) from error
    # What it logs may hold URLs: nobody but `result.logs()` hears it.
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    return apprise


def _deliver(apprise: Any, service: Any, word: Word, report: _Report, *, where: str) -> None:
    one = apprise.Apprise(asset=service.asset)
    one.add(service)
    markdown = service.resolve_format("markdown") != "text"
    result = one.notify(
        title=word.title,
        body=word.markdown() if markdown else word.text(),
        body_format="markdown" if markdown else "text",
        notify_type=word.mood,
        attach=str(report.path()) if service.attachment_support else None,
        timeout=SECONDS,
    )
    if not result:
        said = " ".join(_told(result))
        raise AgentError(_kind(said), where=f"{where} ({service.service_name})")


def _told(result: Any) -> Iterator[str]:
    for entry in result.logs():
        yield str(entry.message)


def _kind(said: str) -> str:
    """What kind of failure apprise tells of: a status, or none."""
    status = re.search(r"error=([1-5][0-9]{2})\b", said)
    return f"the service answered with HTTP {status[1]}" if status else "the service could not be reached or refused it"
