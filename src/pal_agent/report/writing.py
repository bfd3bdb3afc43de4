"""Where reports go: files appear whole or not at all, and stdout gets nothing but the report."""

import os
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO, cast

from pal_agent.errors import AgentError
from pal_agent.model import Run
from pal_agent.report import Options, load
from pal_agent.report.masking import masked


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """One `-o`: a format, and the file it goes to, or None for stdout."""

    format: str
    path: Path | None = None


def outputs(words: Iterable[str], *, otherwise: str = "table") -> tuple[Output, ...]:
    """Understands `-o FORMAT[=PATH]`, and refuses before any work is done what could not be written later.

    Without a word it is `otherwise`, to stdout.
    """
    found = tuple(_output(word) for word in words) or (Output(format=otherwise),)
    if sum(one.path is None for one in found) > 1:
        raise AgentError("only one report can go to stdout", mend="Give the others a file: -o FORMAT=PATH.")
    for one in found:
        _refuse(one)
    return found


def write(run: Run, output: Output, options: Options, stdout: TextIO | None) -> None:
    """Renders `run` to a file, atomically, or to `stdout`. Raises `AgentError`; then an old file is intact.

    A link is replaced by the report, never followed, so that nothing else can be overwritten through it; a device or
    pipe is written to as it is. A reader of stdout that has gone (`head`) ends the writing in silence.
    """
    chosen = load(output.format)
    chunks = chosen.render(*masked(run, options))
    if output.path is None:
        to_stdout(chunks, stdout, binary=chosen.BINARY)
        return
    with _said(output.path):
        if _is_special(output.path):
            _fill(output.path.open("wb"), chunks)
        else:
            replace_file(output.path, chunks)


def write_all(run: Run, wanted: Iterable[Output], options: Options, stdout: TextIO | None) -> tuple[AgentError, ...]:
    """Every output that can be written; what could not is returned. When stdout got nothing else and something
    failed, the table goes there: the result always reaches the user. All outputs share one masking."""
    run, options = masked(run, options)
    left, failures = tuple(wanted), []
    for output in left:
        try:
            write(run, output, options, stdout)
        except AgentError as error:
            failures.append(error)
    if failures and all(output.path for output in left):
        write(run, Output(format="table"), options, stdout)
    return tuple(failures)


def _output(word: str) -> Output:
    name, equals, path = word.partition("=")
    if equals and not path:
        raise AgentError(f"-o {word}: a file name is missing after =")
    load(name)
    return Output(format=name, path=Path(path) if path else None)


def _refuse(output: Output) -> None:
    path = output.path
    if path is None:
        if load(output.format).BINARY and sys.stdout is not None and sys.stdout.isatty():
            raise AgentError(f"{output.format} is not for a terminal", mend=f"Name a file: -o {output.format}=PATH.")
        return
    try:
        _refuse_path(path)
    except OSError as error:  # a name that is too long, a folder above that may not be looked into
        what = f"nothing can be written there: {error.strerror or error}"
        raise AgentError(what, where=str(path), mend="Name another file.") from error


def _refuse_path(path: Path) -> None:
    if path.is_dir():
        raise AgentError("this is a folder, not a file", where=str(path), mend="Name a file in it.")
    if not path.parent.is_dir():
        raise AgentError("its folder does not exist", where=str(path), mend=f"Make it: mkdir -p {path.parent}")
    if not _is_special(path) and not os.access(path.parent, os.W_OK | os.X_OK):
        raise AgentError("its folder can't be written to", where=str(path), mend="See to its permissions.")


def _is_special(path: Path) -> bool:
    """A device, pipe or socket (`/dev/stdout`, `>(gzip)`)."""
    with suppress(OSError):
        mode = path.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


@contextmanager
def _said(where: Path | str) -> Iterator[None]:
    """Raises `AgentError` for what the file system refuses."""
    try:
        yield
    except OSError as error:
        what = f"the report can't be written: {error.strerror or error}"
        mend = "An earlier report there is intact." if isinstance(where, Path) else None
        raise AgentError(what, where=str(where), mend=mend) from error


def replace_file(path: Path, chunks: Iterator[str] | Iterator[bytes]) -> None:
    """Through a file beside it, on disk before it takes the place. After an `OSError` all is as it was."""
    beside = path.parent / f".pal-agent-{secrets.token_hex(8)}.tmp"
    try:
        _fill(beside.open("xb"), chunks)
        if path.is_file() and not path.is_symlink():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _fill(file: IO[bytes], chunks: Iterator[str] | Iterator[bytes]) -> None:
    with file:
        for chunk in chunks:
            file.write(_bytes(chunk))
        file.flush()
        with suppress(OSError):  # a pipe can't be synced
            os.fsync(file.fileno())


def _bytes(chunk: str | bytes) -> bytes:
    return chunk if isinstance(chunk, bytes) else chunk.encode("utf-8", "backslashreplace")


def to_stdout(chunks: Iterator[str] | Iterator[bytes], stdout: TextIO | None, *, binary: bool = False) -> None:
    """As `write` does. `stdout` is None when it was closed before we started."""
    if stdout is None:
        return
    with _said("stdout"):
        try:
            _print(chunks, stdout, binary=binary)
            stdout.flush()
        except BrokenPipeError:
            _silence(stdout)


def _print(chunks: Iterator[str] | Iterator[bytes], stdout: TextIO, *, binary: bool) -> None:
    if binary:
        for chunk in chunks:
            stdout.buffer.write(cast("bytes", chunk))
        return
    encoding = stdout.encoding or "utf-8"
    for text in chunks:
        # An odd locale may lack a character: shown escaped rather than not at all.
        stdout.write(cast("str", text).encode(encoding, "backslashreplace").decode(encoding))


def _silence(stdout: TextIO) -> None:
    """What is still buffered must not fail again when the interpreter flushes at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stdout.fileno())
    os.close(nowhere)
