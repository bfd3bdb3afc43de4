"""`init`: a commented starter configuration."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pal_agent.errors import AgentError

if TYPE_CHECKING:
    from pal_agent.config.tables import Customer

USUAL = Path("config/pal-agent.yaml")


@click.command(short_help="Write a commented starter configuration.")
@click.option("-c", "--config", type=click.Path(path_type=Path), help=f"Where to write it.  [default: {USUAL}]")
@click.option("--partner-id", metavar="ID", help="Your partner location (PLA) ID.")
@click.option(
    "--customers", type=click.Path(path_type=Path), metavar="FILE.csv", help="Partner Center customer export."
)
@click.option("--multi-tenant", is_flag=True, help="One credential for all customers, not one for each.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.pass_context
def command(
    context: click.Context,
    config: Path | None,
    partner_id: str | None,
    customers: Path | None,
    multi_tenant: bool,
    force: bool,
) -> None:
    """Write a commented starter configuration. Azure is not asked, and no secret is written.

    \b
    Example:  pal-agent init --partner-id 1234567 --customers customers.csv
    """
    file = config or getattr(context.obj, "config", None) or USUAL
    partner_id = partner_id or getattr(context.obj, "partner_id", None)
    if multi_tenant and customers is None:
        raise click.UsageError("--multi-tenant needs --customers.")
    _write(file, _text(file, _right(partner_id), customers, multi_tenant=multi_tenant), force=force)
    click.echo(f"Wrote {file}. Fill in what is still zeros, then: pal-agent check -c {file}", err=True)


def _right(partner_id: str | None) -> str:
    """The ID given, else one that Azure refuses."""
    import re

    from pal_agent.config.schema import PARTNER_ID
    from pal_agent.config.starter import NO_PARTNER

    if partner_id is not None and not re.fullmatch(PARTNER_ID, partner_id):
        raise click.UsageError("--partner-id must be 4 to 10 digits, the first not 0.")
    return partner_id or NO_PARTNER


def _text(file: Path, partner_id: str, customers: Path | None, *, multi_tenant: bool) -> str:
    from pal_agent.config import starter

    if customers is None:
        return starter.blank(partner_id)
    found = _customers(customers)
    once_each: dict[str, Customer] = {}
    for customer in found:
        once_each.setdefault(customer.tenant_id, customer)
    if not multi_tenant:
        return starter.for_each(once_each.values(), partner_id)
    if len(once_each) < len(found):
        raise AgentError("names a tenant twice", where=str(customers), mend="Every run will read it: remove one line.")
    return starter.for_all(os.path.relpath(customers, file.parent), partner_id)


def _customers(file: Path) -> "list[Customer]":
    from pal_agent.config import tables
    from pal_agent.config.faults import refusal

    found, faults = tables.customers(file)
    if faults:
        raise refusal(faults)
    return found


def _write(file: Path, text: str, *, force: bool) -> None:
    """All of it or nothing, and over nothing that is there."""
    if os.path.exists(file) and not force:  # noqa: PTH110 - says no where pathlib raises: writing will tell
        raise AgentError("exists already", where=str(file), mend="Name another file with --config, or use --force.")
    draft = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(file)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            draft.unlink()
        reason = error.strerror if isinstance(error, OSError) else "not a usable path"
        raise AgentError(
            f"cannot be written: {reason}", where=str(file), mend="Name another file with --config."
        ) from error
