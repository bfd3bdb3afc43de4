"""The command lines of pal-agent in the recipes that are no scripts, taken from the files' own syntax."""

import re
import shlex
from collections.abc import Iterator
from configparser import ConfigParser
from typing import Any

from ruamel.yaml import YAML

from tests.recipes.places import RECIPES

Command = tuple[str, list[str]]


def commands() -> Iterator[Command]:
    """The recipe's name, and the words after `pal-agent`."""
    yield from _crontab()
    yield from _systemd()
    yield from _kubernetes("kubernetes/cronjob.yaml")
    yield from _kubernetes("kubernetes/indexed-job.yaml")
    yield from _bicep()
    yield from _how("container/Dockerfile")
    yield from _how("kubernetes/indexed-job.yaml")


def _crontab() -> Iterator[Command]:
    for line in (RECIPES / "cron/crontab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            *_, command = line.split(maxsplit=5)
            yield "cron/crontab", _after_the_name(command)


def _systemd() -> Iterator[Command]:
    name = "systemd/pal-agent.service"
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(RECIPES / name, encoding="utf-8")
    yield name, _after_the_name(unit["Service"]["ExecStart"])


def _kubernetes(name: str) -> Iterator[Command]:
    for document in YAML(typ="safe", pure=True).load_all(RECIPES / name):
        for container in containers(document):
            yield name, [word.replace("$(JOB_COMPLETION_INDEX)", "0") for word in container["args"]]


def containers(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield from node.get("containers", ())
        for value in node.values():
            yield from containers(value)


def _bicep() -> Iterator[Command]:
    name = "container-apps/job.bicep"
    for listed in re.findall(r"args: \[(.*?)\]", (RECIPES / name).read_text(encoding="utf-8"), re.DOTALL):
        yield name, re.findall(r"'([^']*)'", listed)


def _how(name: str) -> Iterator[Command]:
    """What the comment at the top tells people to type."""
    top = (RECIPES / name).read_text(encoding="utf-8").splitlines()[:2]
    for line in top:
        for command in re.findall(r"\bpal-agent ((?:check|plan|report) .*)$", line):
            yield f"{name} (how)", shlex.split(command)


def _after_the_name(command: str) -> list[str]:
    program, *words = shlex.split(command)
    assert program.rpartition("/")[2] == "pal-agent"
    return words
