"""The README against the code: its demo, exit codes, commands, make targets, options and links."""

import re
from pathlib import Path

import click
import pytest

from docs.refresh import demo_output, excerpt, shown
from pal_agent.cli import SUMMARIES, group
from pal_agent.errors import ExitCode
from pal_agent.report import formats

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_demo_shown_is_the_demo() -> None:
    """Every word between the markers is what `pal-agent demo` prints today (`make docs` writes it)."""
    assert shown(README) == excerpt(demo_output())


def test_every_exit_code_is_explained() -> None:
    codes = {
        int(code) for row in re.findall(r"^\| ([\d, ]+) \|", README, flags=re.MULTILINE) for code in row.split(",")
    }
    assert codes == {int(code) for code in ExitCode}


def test_every_command_is_mentioned_and_none_else() -> None:
    mentioned = set(re.findall(r"pal-agent ([a-z]+)", README)) | set(re.findall(r"`([a-z]+)`", README))
    assert set(SUMMARIES) <= mentioned
    assert set(re.findall(r"`pal-agent ([a-z]+)", README)) <= set(SUMMARIES)


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z-]+)", README)) <= targets


def test_every_format_is_listed() -> None:
    assert f"-o {' '.join(('table', 'json', 'csv', 'html', 'xlsx', 'junit', 'sarif', 'markdown'))}" in README
    assert set(formats()) == {"table", "json", "csv", "html", "xlsx", "junit", "sarif", "markdown"}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize("name", list(SUMMARIES))
def test_the_help_of_the_group_says_what_the_command_says(name: str) -> None:
    """The group knows the summaries without importing the commands."""
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name or command.callback is not None
    assert command.help


def test_every_option_named_exists() -> None:
    """`--replace` and the like, wherever the README names them."""
    known = {
        option
        for name in SUMMARIES
        if (command := group.get_command(click.Context(group), name)) is not None
        for parameter in command.params
        for option in parameter.opts
    }
    named = set(re.findall(r"`(--[a-z-]+)", README)) | set(re.findall(r"pal-agent [a-z]+ [^`\n]*?(--[a-z-]+)", README))
    assert named
    assert named <= known
