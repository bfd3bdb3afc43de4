"""Where a check's work runs: threads here by default, this machine's cores, a Dask cluster; and which share of it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pal_agent.engine.batches import Batches
    from pal_agent.model import Target


@dataclass(frozen=True, kw_only=True)
class Engine:
    kind: str = "threads"
    scheduler: str | None = None
    shard: tuple[int, int] | None = None

    @contextmanager
    def started(self) -> "Iterator[Batches | None]":
        """None for threads."""
        from pal_agent.engine import batches

        match self.kind:
            case "processes":
                with batches.processes(os.cpu_count() or 1) as away:
                    yield away
            case "dask":
                if self.scheduler is None:
                    raise click.UsageError("--engine dask needs --scheduler ADDRESS.")
                with batches.dask(self.scheduler) as away:
                    yield away
            case _:
                yield None

    def share(self, targets: "Sequence[Target]") -> "tuple[Target, ...]":
        """This shard's targets. All targets of a tenant are in one shard, so that each judges its tenants alone."""
        if self.shard is None:
            return tuple(targets)
        number, of = self.shard
        tenants = sorted({target.tenant_id.lower() for target in targets})
        mine = {tenant for place, tenant in enumerate(tenants) if place % of == number % of}
        return tuple(target for target in targets if target.tenant_id.lower() in mine)


THREADS = Engine()


def _shard(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    number, slash, of = value.partition("/")
    if not (slash and number.isascii() and number.isdigit() and of.isascii() and of.isdigit()):
        raise click.BadParameter("write I/N, as in 1/4")
    if not 1 <= int(of) <= 10_000 or int(number) > int(of):
        raise click.BadParameter("I goes from 1 to N (or from 0 to N-1)")
    return int(number), int(of)


def engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command, which gets them as `engine`."""

    @click.option(
        "--engine",
        "kind",
        type=click.Choice(["threads", "processes", "dask"]),
        default="threads",
        show_default=True,
        help="Where the work runs.",
    )
    @click.option("--scheduler", metavar="ADDRESS", help="Of the Dask cluster.")
    @click.option("--shard", metavar="I/N", callback=_shard, help="Only the I-th of N shares of the tenants.")
    @wraps(function)
    def command(*args: Any, kind: str, scheduler: str | None, shard: tuple[int, int] | None, **options: Any) -> Any:
        return function(*args, engine=Engine(kind=kind, scheduler=scheduler, shard=shard), **options)

    return command
