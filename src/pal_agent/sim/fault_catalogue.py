"""Faults by name, from `fault_catalogue.yaml`: one for each wire row of the table of faults, and its variants."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pal_agent.sim.estate_file import read_as
from pal_agent.sim.faults import Rule

PATH = Path(__file__).with_name("fault_catalogue.yaml")


@cache
def fault_names() -> Mapping[str, tuple[Rule, ...]]:
    """Every name and its rules."""
    found: Mapping[str, tuple[Rule, ...]]
    found = read_as(PATH.read_text(encoding="utf-8"), Mapping[str, tuple[Rule, ...]], source=str(PATH)).value
    return found


def named(*names: str) -> tuple[Rule, ...]:
    """The rules of these faults, in order. Raises KeyError for a name that isn't there."""
    return tuple(rule for name in names for rule in fault_names()[name])
