"""How a command ends: every exit code of the contract, and nothing but a bug shows a traceback."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeGuard

import click

from pal_agent.errors import AgentError, ExitCode
from pal_agent.interruption import Ended

FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO}


def with_streams() -> None:
    """What was closed before we started (`2>&-`) leads nowhere instead: else the next file to be opened gets its
    number, and with it what is printed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends


def ended(run: Callable[[], object]) -> int:
    """Runs a command and returns its exit code. Messages go to stderr."""
    try:
        code = _attempt(run)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _silence()  # the reader (`head`, say) has gone
        return ExitCode.OK
    except OSError as error:
        return _unprinted(error)
    return code


def _attempt(run: Callable[[], object]) -> int:
    try:
        code = run()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        click.echo("Aborted.", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except AgentError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Ended as end:
        return end.code
    except BrokenPipeError:
        raise
    except SystemExit:
        return ExitCode.OK  # click's answer to a reader of stdout that has gone
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes exit code 70
        return _unprinted(error) if _is_full(error) else _bug()
    return code if isinstance(code, int) else ExitCode.OK


def _is_full(error: Exception) -> TypeGuard[OSError]:
    """Where stdout goes is full. What fails with a file of ours has its name, or has been translated."""
    return isinstance(error, OSError) and error.errno in FULL and error.filename is None


def _unprinted(error: OSError) -> int:
    _silence()
    click.echo(f"Error: the output can't be written: {error.strerror}", err=True)
    return ExitCode.USAGE


def _silence() -> None:
    """Keeps the interpreter from complaining when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug() -> int:
    import traceback

    traceback.print_exc()
    click.echo("This is a bug in pal-agent. Please report it with the lines above.", err=True)
    return ExitCode.BUG
