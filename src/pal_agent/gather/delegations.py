"""Azure Lighthouse: what the customer's delegation authorises in the managing tenant."""

import re
from collections.abc import Iterator

from pal_agent.gather.fields import Json, child, children, guid_at_end, text, wrong
from pal_agent.model import Authorization

API_VERSION = "2022-10-01"
PATH = re.compile(r"(?P<scope>/.+)/providers/Microsoft\.ManagedServices/registrationAssignments/[^/]+", re.IGNORECASE)


def authorizations(content: Json, managing_tenant: str) -> Iterator[Authorization]:
    """The lines of one registration assignment; none where it delegates to another managing tenant."""
    assignment_id = text(content, "id")
    found = PATH.fullmatch(assignment_id)
    if found is None:
        raise wrong("`id` is not that of a registration assignment")
    definition = child(child(child(content, "properties"), "registrationDefinition"), "properties")
    managing = definition.get("managedByTenantId") or managing_tenant
    if not isinstance(managing, str) or managing.lower() != managing_tenant.lower():
        return
    for name, standing in (("authorizations", True), ("eligibleAuthorizations", False)):
        for line in children(definition, name):
            yield Authorization(
                id=assignment_id,
                scope=found["scope"],
                role_definition_id=guid_at_end(line, "roleDefinitionId"),
                principal_id=text(line, "principalId"),
                standing=standing,
            )
