"""The options that many commands share. They may stand before or after the command's name."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from pal_agent.cli import completion

if TYPE_CHECKING:
    from pal_agent.model import Target
    from pal_agent.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Words:
    """The shared options, as given; what was said after the command's name wins."""

    config: Path | None = None
    partner_id: str | None = None
    from_env: bool = False
    targets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    jobs: int | None = None
    quiet: bool = False
    verbose: int = 0

    @classmethod
    def from_options(cls, options: dict[str, object]) -> "Words":
        return cls(**{key: cast("Any", value) for key, value in options.items() if value is not None})

    def over(self, outer: "Words") -> "Words":
        """These words where something was said, else the outer ones."""
        blank = Words()
        said = {
            field.name: getattr(self if getattr(self, field.name) != getattr(blank, field.name) else outer, field.name)
            for field in fields(self)
        }
        return Words(**said)

    def settings(self) -> "Settings":
        """The configuration these words name, with `--jobs` in it."""
        import os
        from dataclasses import replace

        from pal_agent import config

        if self.from_env:
            settings = config.from_environment(self._needed_partner_id(), environ=os.environ, cwd=Path.cwd())
        else:
            settings = config.load(config.find(self.config, os.environ))
        return replace(settings, jobs=self.jobs) if self.jobs else settings

    def chosen(self, settings: "Settings") -> "tuple[Target, ...]":
        from pal_agent import config

        return config.choose(settings, targets=self.targets, tags=self.tags)

    def _needed_partner_id(self) -> str:
        if self.partner_id is None:
            raise click.UsageError("--from-env needs --partner-id, your partner location (PLA) ID.")
        return self.partner_id


OPTIONS = (
    click.option("-c", "--config", type=click.Path(path_type=Path), help="Configuration file."),
    click.option("--partner-id", metavar="ID", help="Partner ID, with --from-env."),
    click.option(
        "--from-env",
        is_flag=True,
        default=None,
        help="One target from AZURE_TENANT_ID, AZURE_CLIENT_ID and so on.",
    ),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="GLOB",
        shell_complete=completion.targets,
        help="Only these: credential or credential@tenant.",
    ),
    click.option("--tag", "tags", multiple=True, metavar="K=V", help="Only credentials with this tag."),
    click.option("--jobs", type=click.IntRange(1, 512), metavar="N", help="Calls at a time."),
    click.option("-q", "--quiet", is_flag=True, default=None, help="Only what is wrong."),
    click.option("-v", "--verbose", count=True, help="Say more on stderr."),
)


def common_options(function: Function) -> Function:
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the shared options to a command, which gets them as its first argument, a `Words`."""
    names = {field.name for field in fields(Words)}

    @wraps(function)
    def command(*args: Any, **options: Any) -> Any:
        here = Words.from_options({name: options.pop(name) for name in names})
        outer = click.get_current_context().obj
        return function(here.over(outer) if isinstance(outer, Words) else here, *args, **options)

    return common_options(command)
