"""How a command ends: every exit code of the contract, and nothing but a bug shows a traceback."""

import os
import sys
from collections.abc import Callable

import click

from pal_agent.errors import AgentError, ExitCode
from pal_agent.interruption import Ended


def ended(run: Callable[[], object]) -> int:
    """Runs a command and returns its exit code. Messages go to stderr."""
    try:
        code = _attempt(run)
        if sys.stdout is not None:  # None when it was closed before we started
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`head`, say) has gone: keep the interpreter from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
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
    except Exception:  # noqa: BLE001 - the one place where a bug becomes exit code 70
        return _bug()
    return code if isinstance(code, int) else ExitCode.OK


def _bug() -> int:
    import traceback

    traceback.print_exc()
    click.echo("This is a bug in pal-agent. Please report it with the lines above.", err=True)
    return ExitCode.BUG
