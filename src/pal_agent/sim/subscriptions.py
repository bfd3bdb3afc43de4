"""Microsoft.Resources: tenants, subscriptions and resource groups, each as far as the caller may see."""

from collections.abc import Mapping
from typing import Any

from pal_agent.sim import scopes
from pal_agent.sim.call import Call, forbidden_to, refused_read
from pal_agent.sim.directory import Placed
from pal_agent.sim.paging import page
from pal_agent.sim.wire import Response, arm_error, json_response

READ_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/read"


def tenants(call: Call, _: Mapping[str, str]) -> Response:
    tenant = call.azure.directory.tenant(call.caller.tenant)
    if tenant is None:
        return page(call, [], kind="tenants")
    body = {
        "id": f"/tenants/{tenant.id}",
        "tenantId": tenant.id,
        "countryCode": "DE",
        "displayName": tenant.name,
        "domains": list(tenant.domains),
        "tenantCategory": "Home",
        "tenantType": "AAD",
        **({"defaultDomain": tenant.domains[0]} if tenant.domains else {}),
    }
    return page(call, [body], kind="tenants")


def listed(call: Call, _: Mapping[str, str]) -> Response:
    """All that the caller sees. Azure refuses this to nobody who can sign in; an estate may."""
    principal = call.caller.principal
    if principal is not None and any(item.what == "subscriptions" for item in principal.cannot_read):
        return forbidden_to(call, action="Microsoft.Resources/subscriptions/read", scope="/")
    items = [_subscription(placed) for placed in call.azure.directory.visible(call.caller)]
    return page(call, items, kind="subscriptions", count={"type": "Total", "value": len(items)})


def one(call: Call, path: Mapping[str, str]) -> Response:
    return json_response(200, _subscription(call.azure.directory.subscriptions[path["subscription"]]))


def groups(call: Call, path: Mapping[str, str]) -> Response:
    placed = call.azure.directory.subscriptions[path["subscription"]]
    if refused := refused_read(call, what="groups", action=READ_GROUPS, scope=placed.scope):
        return refused
    return page(call, [_group(placed, name) for name in _groups_seen(call, placed)], kind="resourcegroups")


def group(call: Call, path: Mapping[str, str]) -> Response:
    placed = call.azure.directory.subscriptions[path["subscription"]]
    if refused := refused_read(call, what="groups", action=READ_GROUPS, scope=placed.scope):
        return refused
    for name in _groups_seen(call, placed):
        if name.lower() == path["group"]:
            return json_response(200, _group(placed, name))
    return arm_error(404, "ResourceGroupNotFound", f"Resource group '{path['group']}' could not be found.")


def _groups_seen(call: Call, placed: Placed) -> list[str]:
    """All of them for whoever has a role at or above the subscription, else those with a role at or below."""
    held = [grant.scope for grant in call.azure.directory.grants_near(call.caller, placed.scope)]
    above = {placed.scope, *placed.above}
    names = placed.subscription.resource_groups
    if any(scope in above for scope in held):
        return list(names)
    return [name for name in names if any(scopes.is_within(scope, _group_scope(placed, name)) for scope in held)]


def _group_scope(placed: Placed, name: str) -> str:
    return f"{placed.scope}/resourcegroups/{name.lower()}"


def _group(placed: Placed, name: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{placed.subscription.id}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded"},
    }


def _subscription(placed: Placed) -> dict[str, Any]:
    subscription = placed.subscription
    return {
        "id": f"/subscriptions/{subscription.id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [{"tenantId": tenant} for tenant in placed.managed_by],
        "subscriptionId": subscription.id,
        "tenantId": placed.tenant.id,
        "displayName": subscription.name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": subscription.quota_id,
            "spendingLimit": "Off",
        },
    }
