"""Deny assignments that reach the caller's principal."""

from pal_agent.gather.fields import Json, child, children, optional_text, text, wrong
from pal_agent.model import DenyAssignment

API_VERSION = "2022-04-01"
NAME = "denyAssignments"


def deny_assignment(content: Json) -> DenyAssignment:
    properties = child(content, "properties")
    not_child_scopes = properties.get("doNotApplyToChildScopes", False)
    if not isinstance(not_child_scopes, bool | None):
        raise wrong("`doNotApplyToChildScopes` is not a boolean")
    return DenyAssignment(
        id=text(content, "id"),
        name=optional_text(properties, "denyAssignmentName"),
        scope=text(properties, "scope"),
        principals=tuple(text(principal, "id") for principal in children(properties, "principals")),
        excluded=tuple(text(principal, "id") for principal in children(properties, "excludePrincipals")),
        not_child_scopes=bool(not_child_scopes),
    )
