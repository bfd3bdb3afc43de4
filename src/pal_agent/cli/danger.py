"""The flags that name a danger. Without them nothing of another is overwritten and nothing is removed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pal_agent.plan import Allowed
    from pal_agent.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Danger:
    replace: bool
    remove: bool
    max_change: float | None

    def allowed(self) -> "Allowed":
        from pal_agent.plan import Allowed

        return Allowed(replace=self.replace, remove=self.remove)

    def threshold(self, settings: "Settings") -> float:
        return settings.max_change_percent if self.max_change is None else self.max_change


def danger_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the flags to a command, which gets them as a `Danger` after its words."""

    @click.option("--replace", is_flag=True, help="Allow replacing an ID that is linked now by ours.")
    @click.option("--remove", is_flag=True, help="Allow removing links of credentials with `link: absent`.")
    @click.option(
        "--max-change",
        type=click.FloatRange(0, 100),
        metavar="PERCENT",
        help="Refuse to replace or remove more of the existing links.",
    )
    @wraps(function)
    def command(words: Any, *, replace: bool, remove: bool, max_change: float | None, **options: Any) -> Any:
        return function(words, Danger(replace=replace, remove=remove, max_change=max_change), **options)

    return command
