"""The command line. Commands are imported only when they are called, so `--version` costs little more than click."""

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

import click

from pal_agent import __version__
from pal_agent.cli.words import Words, common_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SUMMARIES = {
    "init": "Write a commented starter configuration.",
    "check": "Read links and scopes, evaluate, report, record.",
    "plan": "Show the link changes that apply would make.",
    "apply": "Carry a plan out and read each link back.",
    "scopes": "List each target's role scopes.",
    "report": "Render a recorded run again, without network.",
    "history": "List the recorded runs.",
    "diff": "Tell what changed between two runs.",
    "explain": "Tell what a finding means and how to mend it.",
    "roles": "Tell what the role catalogue says of a role.",
    "doctor": "Try configuration, sign-in, clock and permissions.",
    "demo": "The whole story on a simulated Azure.",
    "simulate": "Serve the simulated Azure over HTTPS on loopback.",
}


class LazyGroup(click.Group):
    """Knows its commands by name; a module `cli/<name>.py` with a `command` is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUMMARIES:
            return None
        return cast("click.Command", import_module(f"pal_agent.cli.{cmd_name}").command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Without importing a command for its help."""
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=text) for name, text in SUMMARIES.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pal-agent")
@common_options
@click.pass_context
def group(context: click.Context, /, **options: object) -> None:
    """Check and set Azure Partner Admin Links, and tell which scopes earn credit, and why not where not.

    \b
    First steps:  pal-agent demo
                  pal-agent init
                  pal-agent check -c config/pal-agent.yaml
    Completion:   eval "$(_PAL_AGENT_COMPLETE=bash_source pal-agent)"    (zsh_source, fish_source)
    """
    context.obj = Words.from_options(options)


def main() -> NoReturn:
    """The console script: words in, exit code out; every ending of the contract is decided here."""
    from pal_agent.cli.ending import ended, with_streams

    with_streams()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # nobody else has a say in what is read
    gc.set_threshold(20_000, 20, 50)  # little here is cyclic; collecting by the defaults was a tenth of the start
    if "_PAL_AGENT_COMPLETE" in os.environ:  # a shell asks what may follow
        from pal_agent.cli.bash_completion import install

        install()
    code = ended(lambda: group.main(prog_name="pal-agent", standalone_mode=False))
    gc.freeze()  # all is given back at once now; looking for cycles in it first cost a short run a sixth
    sys.exit(code)
