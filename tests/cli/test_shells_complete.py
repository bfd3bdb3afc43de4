"""TAB in bash, zsh and fish: commands, options, and values that the agent knows."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pal_agent.cli import SUMMARIES, group
from pal_agent.sim.estates import demo_config_path

# The agent's script is taken in as people do it, and a TAB is pressed after the words.
BASH = """
PATH="$0:$PATH"
eval "$(_PAL_AGENT_COMPLETE=bash_source pal-agent)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_pal_agent_completion pal-agent
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(*words: str) -> list[str]:
    """The values for the last word, as fish is given them (with their help after a tab)."""
    asked = {
        "_PAL_AGENT_COMPLETE": "fish_complete",
        "COMP_WORDS": " ".join(("pal-agent", *words)),
        "COMP_CWORD": words[-1],
    }
    done = CliRunner().invoke(group, [], prog_name="pal-agent", env=asked)
    return [line.removeprefix("plain,") for line in done.stdout.splitlines() if line]


def values(*words: str) -> list[str]:
    return [line.partition("\t")[0] for line in offered(*words)]


def test_commands_come_with_what_they_do() -> None:
    assert offered("ex") == ["explain\tTell what a finding means and how to mend it."]
    assert values("")[: len(SUMMARIES)] == list(SUMMARIES)


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_command_completes_its_options(name: str) -> None:
    assert "--help" in values(name, "--h")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("check", "-o", "j"), ["json", "junit"]),
        (("check", "-o", "sar"), ["sarif"]),
        (("check", "--fail-on", ""), ["error", "warning", "never"]),
        (("explain", "link-mis"), ["link-missing"]),
        (("explain", "LINK-MIS"), ["link-missing"]),
        (("roles", "support"), ["Support Request Contributor", "SupportPlan Contributor"]),
    ],
)
def test_values_come_from_the_agent_itself(words: tuple[str, ...], expected: list[str]) -> None:
    assert values(*words) == expected


def test_targets_come_from_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one named, else the one that the command would find; without one, or with one that is wrong, nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PAL_AGENT_CONFIG", raising=False)
    assert values("check", "--target", "n") == []
    named = ("check", "-c", str(demo_config_path()), "--target")
    assert values(*named, "northwind@") == ["northwind@00000020-7e4a-4000-8000-000000000001"]
    (tmp_path / "pal-agent.yaml").write_bytes(demo_config_path().read_bytes())
    assert values("check", "--target", "n") == ["northwind", "northwind-backup"]
    (tmp_path / "pal-agent.yaml").write_text("version: {", encoding="utf-8")
    assert values("check", "--target", "n") == []


def test_bash_gets_whole_values(tmp_path: Path) -> None:
    """In a real one: words with spaces come escaped, as one would type them."""
    program = tmp_path / "pal-agent"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pal_agent "$@"\n', encoding="utf-8")
    program.chmod(0o755)

    def tab(*words: str) -> list[str]:
        command = ["bash", "--norc", "-c", BASH, str(tmp_path), "pal-agent", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()

    assert tab("check", "--spl") == ["--splay"]
    assert tab("roles", "Support") == ["Support\\ Request\\ Contributor", "SupportPlan\\ Contributor"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    """Which calls the command by the name that it was installed under."""
    done = CliRunner().invoke(group, [], prog_name="pal-agent", env={"_PAL_AGENT_COMPLETE": f"{shell}_source"})
    assert f"_PAL_AGENT_COMPLETE={shell}_complete" in done.stdout
    assert done.exit_code == 0
