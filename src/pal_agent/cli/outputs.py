"""`-o FORMAT[=PATH]`, for every command that renders a run."""

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pal_agent.cli.completion import report_formats
from pal_agent.cli.working import say

if TYPE_CHECKING:
    from pal_agent.history import History
    from pal_agent.model import Run
    from pal_agent.report import Options
    from pal_agent.report.writing import Output

Function = TypeVar("Function", bound=Callable[..., Any])


def output_options(function: Function) -> Function:
    """Adds `-o` (as `formats`) and `--mask`."""
    chosen = click.option(
        "-o",
        "--output",
        "formats",
        multiple=True,
        metavar="FORMAT[=PATH]",
        shell_complete=report_formats,
        help="table json csv html xlsx junit sarif markdown; repeatable.  [default: table]",
    )
    return chosen(click.option("--mask", is_flag=True, help="Hide IDs in reports.")(function))


def rendering(*, mask: bool, quiet: bool, history: "History | None" = None, run: "Run | None" = None) -> "Options":
    """How to render here: for the terminal that stdout is, or plainly where it is none."""
    from pal_agent.report import Options

    terminal = sys.stdout is not None and sys.stdout.isatty()
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return Options(
        now=datetime.now(UTC),
        mask=mask,
        quiet=quiet,
        width=shutil.get_terminal_size((100, 24)).columns,
        colour=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        unicode=encoding.lower().replace("-", "") == "utf8",
        previous=history.before(run.header.id) if history is not None and run is not None else None,
        trend=_trend(history) if history is not None else (),
    )


def _trend(history: "History") -> Any:
    runs = [(one.header, one.counts) for one in history.runs() if one.header.command == "check"]
    return tuple(reversed(runs[:50]))


def write_reports(run: "Run", wanted: "tuple[Output, ...]", options: "Options") -> bool:
    """Writes every report that can be written and says which can't; whether all were."""
    from pal_agent.report.writing import write_all

    failures = write_all(run, wanted, options, sys.stdout)
    for failure in failures:
        say(f"Error: {failure}")
    return not failures
