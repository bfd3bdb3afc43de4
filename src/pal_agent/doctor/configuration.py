"""What is to be said of this machine: configuration, secrets' files, exceptions, history, clock. Asks no network."""

import os
import stat
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from shlex import quote

from pal_agent.doctor import Advice, Check, Outcome
from pal_agent.doctor.advice import CLOCK
from pal_agent.errors import HistoryError
from pal_agent.history import History
from pal_agent.run import MOST_SKEW
from pal_agent.settings import Certificate, ClientSecret, ExceptionRule, SecretReference, Settings


def checks(settings: Settings, today: date, *, chosen: int) -> Iterator[Check]:
    yield _loaded(settings, chosen)
    yield from _secret_files(settings)
    yield from _exceptions(settings.exceptions, today)
    yield _history(settings)


def clock(skews: Iterable[float | None]) -> Check:
    """`skews` are seconds by which Azure's clock is ahead of ours; the largest counts."""
    title = "clock"
    known = [skew for skew in skews if skew is not None]
    if not known:
        return Check(name="clock", title=title, outcome=Outcome.OK, said="not compared: Azure never answered")
    skew = max(known, key=abs)
    if abs(skew) > MOST_SKEW:
        way = "behind" if skew > 0 else "ahead of"
        said = f"this machine is {abs(skew) / 60:.0f} minutes {way} Azure's clock"
        return Check(name="clock", title=title, outcome=Outcome.WARNING, said=said, advice=CLOCK)
    return Check(name="clock", title=title, outcome=Outcome.OK, said=f"within {max(abs(skew), 1):.0f} s of Azure's")


def _loaded(settings: Settings, chosen: int) -> Check:
    credentials, targets = len(settings.credentials), len(settings.targets())
    where = str(settings.source) if settings.source else "the environment"
    said = (
        f"{where}: {_many(credentials, 'credential')}, {_many(targets, 'target')}"
        f" ({'all' if chosen == targets else chosen} tried now), Partner ID {settings.partner_id}"
    )
    return Check(name="configuration", title="configuration", outcome=Outcome.OK, said=said)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _secret_files(settings: Settings) -> Iterator[Check]:
    files = sorted(set(_files(settings)))
    open_ones = [path for path in files if _is_open(path)]
    for path in open_ones:
        yield Check(
            name="secret-file",
            title="secret file",
            outcome=Outcome.WARNING,
            said=f"{path} may be read by others on this machine",
            advice=Advice(
                cause="Its permissions let in more than its owner.", steps=(f"$ chmod 600 {quote(str(path))}",)
            ),
        )
    if files and not open_ones:
        said = f"{_many(len(files), 'file')}, none that others may read"
        yield Check(name="secret-file", title="secret files", outcome=Outcome.OK, said=said)


def _files(settings: Settings) -> Iterator[Path]:
    for credential in settings.credentials:
        match credential.auth:
            case ClientSecret(secret=SecretReference(kind="file", name=name)):
                yield Path(name)
            case Certificate(path=path, password=password):
                yield path
                if password and password.kind == "file":
                    yield Path(password.name)
    yield from (Path(to.url.name) for to in settings.notify if to.url.kind == "file")


def _is_open(path: Path) -> bool:
    """A file that is not there is for signing in to complain of."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def _exceptions(rules: tuple[ExceptionRule, ...], today: date) -> Iterator[Check]:
    past = [rule for rule in rules if rule.expires < today]
    for rule in past:
        yield Check(
            name="exception",
            title="exception",
            outcome=Outcome.WARNING,
            said=f"{rule.finding} at {rule.scope} ended on {rule.expires.isoformat()} and covers nothing any more",
            advice=Advice(
                cause=f"It was made for a time ({rule.reason}), by {rule.owner}.",
                steps=("Ask its owner; then give it a new date, or take it out of the configuration.",),
            ),
        )
    if rules and not past:
        said = f"{len(rules)}, none past its date"
        yield Check(name="exception", title="exceptions", outcome=Outcome.OK, said=said)


def _history(settings: Settings) -> Check:
    path = settings.history
    if path is None:
        return _history_is("none is kept (history: none): diff and link-changed need one", Outcome.OK)
    if not os.path.exists(path):  # noqa: PTH110 - says no where pathlib raises, for a name that is too long
        folder = next(folder for folder in path.parents if os.path.exists(folder))  # noqa: PTH110 - likewise
        if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return _history_is(f"{path}: none yet; the first check makes it", Outcome.OK)
        return _unwritable(path, f"it can't be made: {folder} is no folder that may be written to")
    try:
        with History(path, write=False) as history:
            runs = sum(1 for _ in history.runs())
    except HistoryError as error:
        return _history_is(f"{path}: {error.what}", Outcome.WARNING, error.mend)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)):
        return _unwritable(path, "it may be read but not written: runs are not recorded")
    return _history_is(f"{path}: {_many(runs, 'run')} recorded", Outcome.OK)


def _unwritable(path: Path, what: str) -> Check:
    return _history_is(
        f"{path}: {what}", Outcome.WARNING, "See to its permissions and its folder's, or name another path."
    )


def _history_is(said: str, outcome: Outcome, mend: str | None = None) -> Check:
    bad = outcome is not Outcome.OK
    return Check(
        name="history",
        title="history",
        outcome=outcome,
        said=said,
        cost="Reports still come, but runs are not recorded: nothing to compare with later." if bad else None,
        advice=Advice(cause="The file is not in a state to be used.", steps=(mend,)) if mend else None,
    )
