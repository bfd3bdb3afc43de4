"""Every command's help has an example, and each example is one that the command would take."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from pal_agent.cli import SUMMARIES, LazyGroup, group

SHELL = {"&&", "||", ">", "<", "|", ">>", "&"}


def help_of(name: str) -> str:
    done = CliRunner().invoke(group, [name, "--help"], prog_name="pal-agent", env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def examples(text: str) -> list[list[str]]:
    """The words after each `pal-agent` under `Example`, up to what belongs to the shell."""
    shown = re.search(r"\bExamples?:(.*?)(?:\n\n|\Z)", text, re.DOTALL)
    found = []
    for line in shown[1].splitlines() if shown else ():
        words = shlex.split(line, comments=True)
        for place in (index for index, word in enumerate(words) if word == "pal-agent"):
            rest = words[place + 1 :]
            end = next((index for index, word in enumerate(rest) if word in SHELL), len(rest))
            found.append(rest[:end])
    return found


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_example_parses(name: str) -> None:
    """Down to every option and value; nothing is run."""
    found = examples(help_of(name))
    assert any(words[0] == name for words in found), "no example of the command itself"
    for words in found:
        with group.make_context("pal-agent", list(words)) as context:
            assert isinstance(group, LazyGroup)
            command, rest = words[0], words[1:]
            known = group.get_command(context, command)
            assert known is not None, words
            known.make_context(command, rest, parent=context).close()


def test_an_example_that_is_wrong_is_noticed() -> None:
    """The test above can fail."""
    command = group.get_command(click.Context(group), "check")
    assert command is not None
    with pytest.raises(click.UsageError):
        command.make_context("check", ["--fail-on", "everything"])
    assert examples("Example:  pal-agent plan --out x && pal-agent apply x\n\nOptions:") == [
        ["plan", "--out", "x"],
        ["apply", "x"],
    ]
