"""Built-in roles: their names (`builtin_roles.csv`, the list of 2026-08-22) and, where it matters, their actions."""

import csv
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

# What nearly every built-in role for management work includes; taken for those whose actions aren't listed below.
USUAL_READS = (
    "Microsoft.Authorization/*/read",
    "Microsoft.ManagedServices/registrationAssignments/read",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
)
ACTIONS = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": ("*",),  # Owner
    "b24988ac-6180-42a0-ab88-20f7382dd24c": ("*",),  # Contributor: what it leaves out are writes
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": ("*/read",),  # Reader
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
    "8311e382-0749-4cb8-b61a-304f252e45ec": (  # AcrPush: counts, and reads nothing that matters here
        "Microsoft.ContainerRegistry/registries/pull/read",
        "Microsoft.ContainerRegistry/registries/push/write",
    ),
    "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e": (  # Support Request Contributor
        "Microsoft.Authorization/*/read",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Support/*",
    ),
}


@cache
def builtin_roles() -> dict[str, str]:
    """Names by role definition GUID in lower case."""
    text = resources.files("pal_agent.sim").joinpath("builtin_roles.csv").read_text(encoding="utf-8")
    return {row["guid"].lower(): row["name"] for row in csv.DictReader(text.splitlines())}


@cache
def guid_by_name() -> dict[str, str]:
    """GUIDs by role name in lower case."""
    return {name.lower(): guid for guid, name in builtin_roles().items()}


def allows(actions: tuple[str, ...], action: str) -> bool:
    """Whether one of the patterns covers the action, as Azure matches them: any case, `*` crosses slashes."""
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in actions)
