"""Microsoft.ManagedServices: delegations of subscriptions and resource groups to another tenant."""

from collections.abc import Mapping
from typing import Any

from pal_agent.sim.call import Call, refused_read
from pal_agent.sim.directory import named
from pal_agent.sim.estate import Authorization, Delegation, Tenant
from pal_agent.sim.paging import page
from pal_agent.sim.wire import Response

_PROVIDER = "providers/Microsoft.ManagedServices"
_ACTION = "Microsoft.ManagedServices/registrationAssignments/read"


def registration_assignments(call: Call, path: Mapping[str, str]) -> Response:
    """Those of a subscription, of its resource groups too. A managing tenant sees its own alone."""
    placed = call.azure.directory.subscriptions[path["subscription"]]
    if refused := refused_read(call, what="delegations", action=_ACTION, scope=placed.scope):
        return refused
    expanded = call.request.parameters.get("$expandregistrationdefinition", "").lower() == "true"
    is_owner = placed.tenant.id.lower() == call.caller.tenant
    items = [
        _assignment(call, placed.tenant, item, expanded=expanded)
        for item in placed.delegations
        if is_owner or item.to.lower() == call.caller.tenant
    ]
    return page(call, items, kind="registrationassignments")


def _assignment(call: Call, tenant: Tenant, item: Delegation, *, expanded: bool) -> dict[str, Any]:
    name = named(item, item.name, lambda: f"{item.scope}|{item.to}|{item.title}")
    definition = _definition(call, tenant, item)
    return {
        "properties": {
            "registrationDefinitionId": definition["id"],
            "provisioningState": "Succeeded",
            **({"registrationDefinition": definition} if expanded else {}),
        },
        "id": f"{item.scope.rstrip('/')}/{_PROVIDER}/registrationAssignments/{name}",
        "type": "Microsoft.ManagedServices/registrationAssignments",
        "name": name,
    }


def _definition(call: Call, tenant: Tenant, item: Delegation) -> dict[str, Any]:
    name = named(item, "", lambda: f"definition|{item.scope}|{item.to}|{item.title}")
    manager = call.azure.directory.tenant(item.to)
    return {
        "properties": {
            "description": "",
            "registrationDefinitionName": item.title,
            "provisioningState": "Succeeded",
            "manageeTenantId": tenant.id,
            "manageeTenantName": tenant.name,
            "managedByTenantId": item.to,
            "managedByTenantName": manager.name if manager else "",
            "authorizations": [_authorization(one) for one in item.authorizations],
            "eligibleAuthorizations": [
                {**_authorization(one), "justInTimeAccessPolicy": {"maximumActivationDuration": "PT8H"}}
                for one in item.eligible
            ],
        },
        "plan": None,
        "id": f"{'/'.join(item.scope.split('/')[:3])}/{_PROVIDER}/registrationDefinitions/{name}",
        "type": "Microsoft.ManagedServices/registrationDefinitions",
        "name": name,
    }


def _authorization(item: Authorization) -> dict[str, str]:
    return {"principalId": item.principal, "roleDefinitionId": item.role, "principalIdDisplayName": "Delivery"}
