"""Effective role assignments: direct, through groups, and inherited from above."""

from pal_agent.gather.fields import Json, child, guid_at_end, text
from pal_agent.model import Assignment

API_VERSION = "2022-04-01"
NAME = "roleAssignments"


def assignment(content: Json) -> Assignment:
    properties = child(content, "properties")
    return Assignment(
        id=text(content, "id"),
        scope=text(properties, "scope"),
        role_definition_id=guid_at_end(properties, "roleDefinitionId"),
        principal_id=text(properties, "principalId"),
    )
