"""Least privilege: SECURITY.md names each action that a command needs; here each is given, and taken away again."""

import re
from pathlib import Path
from typing import Any

import pytest

from pal_agent.doctor import reads
from tests.privilege.stage import DELEGATED, OWN, Stage

DOCUMENT = Path(__file__).parent.parent.parent / "SECURITY.md"
COMMANDS = ("check", "check --quick", "plan", "apply", "scopes", "doctor")
UNKNOWN = ("unknown", "unknown", "unknown")
NO_PEC = ("full", "full", "unknown")
PARTIAL = {"exit code": 3, "status": "partial"}
# What of a check's report is different without an action, and how `doctor` words it.
COSTS: dict[str, tuple[dict[str, Any], reads.Read]] = {
    "Microsoft.Resources/subscriptions/resourceGroups/read": (PARTIAL | {"groups": 0}, reads.BEHIND["groups"]),
    "Microsoft.Authorization/roleAssignments/read": (
        PARTIAL | {"own": UNKNOWN, "roles held": 2, "own roles by name": False},
        reads.BEHIND["assignments"],
    ),
    "Microsoft.Authorization/denyAssignments/read": (
        PARTIAL | {"own": NO_PEC, "delegated": NO_PEC},
        reads.BEHIND["deny"],
    ),
    "Microsoft.Authorization/roleAssignmentScheduleInstances/read": (
        PARTIAL | {"own": NO_PEC, "standing is known": False},
        reads.BEHIND["time_bound"],
    ),
    "Microsoft.Authorization/roleEligibilityScheduleInstances/read": (PARTIAL, reads.BEHIND["eligible"]),
    "Microsoft.ManagedServices/registrationAssignments/read": (
        PARTIAL | {"delegated": UNKNOWN, "roles held": 2},
        reads.BEHIND["authorizations"],
    ),
    "Microsoft.Authorization/roleDefinitions/read": ({"own roles by name": False}, reads.ROLE_DEFINITIONS),
}
ALL = tuple(COSTS)


def documented() -> dict[str, tuple[set[str], str]]:
    """The document's table: by action, who needs it, and what is lost without it."""
    rows = re.findall(r"^\| `(Microsoft\.[^`]+)` \| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {action: (set(re.findall(r"`([^`]+)`", commands)), cost.strip()) for action, commands, cost in rows}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_documented_is_enough(tmp_path: Path, command: str) -> None:
    """A role with just the actions that the document names for a command: nothing is refused, nothing is missing."""
    needed = [action for action, (commands, _) in documented().items() if command in commands]
    stage = Stage(tmp_path / "a", needed)
    assert stage.run(command) == 0
    assert stage.refused == []


@pytest.mark.parametrize("action", ALL)
def test_each_is_asked_for_by_just_those_commands(tmp_path: Path, action: str) -> None:
    """Taken away, it is missed by the commands that the document names, and by no other."""
    missed = set()
    for number, command in enumerate(COMMANDS):
        stage = Stage(tmp_path / str(number), [other for other in ALL if other != action])
        stage.run(command)
        missed |= {command} if stage.refused else set()
    assert missed == documented()[action][0]


@pytest.mark.parametrize("action", ALL)
def test_each_costs_exactly_what_is_documented(tmp_path: Path, action: str) -> None:
    """Everything else in the report stays; the words are those of `doctor`."""
    whole, lacking = Stage(tmp_path / "whole", ALL), Stage(tmp_path / "lacking", [one for one in ALL if one != action])
    whole.run("check")
    lacking.run("check")
    before, after = summary(whole.checked), summary(lacking.checked)
    changed, read = COSTS[action]
    assert {key: after[key] for key in after if after[key] != before[key]} == changed
    assert documented()[action][1] == read.cost


def test_the_document_names_these_and_no_others() -> None:
    """A read that is added needs its row."""
    assert set(documented()) == set(ALL)


def test_linking_needs_no_role_at_all(tmp_path: Path) -> None:
    """A credential without any action reads its link, writes it, and reads it back; a second plan has nothing to do."""
    stage = Stage(tmp_path / "a", (), linked=False)
    assert stage.run("plan") == 1
    assert stage.run("apply") == 0
    assert stage.run("plan") == 0
    assert stage.refused == []
    assert list(stage.azure.links().values()) == ["5127255"]


def summary(report: Any) -> dict[str, Any]:
    """Everything in a report that one of the reads tells."""
    (target,) = report["targets"]
    by_id = {one["subscription_id"]: one for one in report["subscriptions"]}
    held = target["role_assignments"]
    return {
        "exit code": report["run"]["exit_code"],
        "status": target["status"],
        "link": target["link"],
        "own": tiers(by_id[OWN]),
        "delegated": tiers(by_id[DELEGATED]),
        "groups": sum(len(one["resource_groups"]) for one in by_id.values()),
        "groups' tiers": {tiers(group) == tiers(one) for one in by_id.values() for group in one["resource_groups"]}
        - {True},
        "roles held": len(held),
        "own roles by name": "Just these" in [one["role_name"] for one in held],
        "standing is known": all(one["standing"] is not None for one in held),
    }


def tiers(one: Any) -> tuple[str, str, str]:
    return one["association"], one["influence"], one["pec"]
