"""What a shell offers on TAB. Click does the talking: `_PAL_AGENT_COMPLETE=bash_source pal-agent` prints the script."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Items = list[CompletionItem[str]]


def finding_ids(_: click.Context, __: click.Parameter, incomplete: str) -> "Items":
    from pal_agent import findings

    return _fitting(((kind.id, kind.title) for kind in findings.all_findings()), incomplete)


def role_names(_: click.Context, __: click.Parameter, incomplete: str) -> "Items":
    """In any case, as the command takes them."""
    from pal_agent import roles

    return _fitting(((role.name, None) for role in roles.bundled().search("")), incomplete)


def report_formats(_: click.Context, __: click.Parameter, incomplete: str) -> "Items":
    from pal_agent import report

    return _fitting(((name, None) for name in report.formats()), incomplete)


def targets(context: click.Context, _: click.Parameter, incomplete: str) -> "Items":
    """Names in the configuration that the command would read, after an @ whole targets; nothing without one."""
    import os
    from contextlib import suppress

    from pal_agent import config
    from pal_agent.errors import AgentError

    named = [place.params.get("config") for place in (context, context.parent) if place is not None]
    with suppress(AgentError):
        settings = config.load(config.find(next(filter(None, named), None), os.environ))
        if "@" in incomplete:
            return _fitting(((target.label, None) for target in settings.targets()), incomplete)
        return _fitting(((credential.name, None) for credential in settings.credentials), incomplete)
    return []


def _fitting(values: Iterable[tuple[str, str | None]], incomplete: str) -> "Items":
    from click.shell_completion import CompletionItem

    start = incomplete.lower()
    return [CompletionItem(value, help=help_) for value, help_ in values if value.lower().startswith(start)]
