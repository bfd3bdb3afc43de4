"""Request in, body out: Azure's shapes with an estate's numbers in them."""

import json
from collections.abc import Callable
from typing import Any

from bench.azure.estate import CONTRIBUTOR, PARTNER_ID, Estate, guid, token

EMPTY: dict[str, Any] = {"value": []}


class Answers:
    """What an estate answers. `origin` is where its endpoints are."""

    def __init__(self, estate: Estate, origin: str) -> None:
        self._estate, self._origin = estate, origin
        self._about: dict[str, Callable[[str], dict[str, Any]]] = {
            "resourcegroups": self._groups,
            "roleAssignments": self._assignments,
            "registrationAssignments": self._registrations,
        }

    def body(self, path: str, target: int) -> tuple[str, bytes]:
        """What was asked (for counting) and the answer to it. `target` is the caller's, -1 during sign-in."""
        kind, content = self._content(path, target)
        return kind, json.dumps(content, separators=(",", ":")).encode()

    def _content(self, path: str, target: int) -> tuple[str, dict[str, Any]]:
        route = path.partition("?")[0]
        if target < 0:
            return self._sign_in(route)
        if route.endswith("/partners"):
            return "link", self._link(target)
        if route == "/subscriptions":
            return "subscriptions", self._subscriptions(target)
        kind = route.rpartition("/")[2]
        about = self._about.get(kind)
        return kind, EMPTY if about is None else about(route.split("/")[2])

    def _sign_in(self, route: str) -> tuple[str, dict[str, Any]]:
        tenant = route.split("/")[1]
        if route.endswith("/openid-configuration"):
            base = f"{self._origin}/{tenant}"
            return "discovery", {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "tenant_region_scope": "EU",
            }
        return "token", {
            "token_type": "Bearer",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": token(int(tenant[-12:], 16)),
        }

    def _link(self, target: int) -> dict[str, Any]:
        path = f"/providers/microsoft.managementpartner/partners/{PARTNER_ID}"
        properties = {
            "partnerId": PARTNER_ID,
            "partnerName": "Contoso Cloud",
            "tenantId": guid("tenant", target),
            "objectId": guid("object", target),
            "version": 3,
            "updatedTime": "2024-07-30T21:13:59.318186Z",
            "createdTime": "2024-02-21T20:07:21.1341292Z",
            "state": "Active",
        }
        return {"id": path, "type": "Microsoft.ManagementPartner/partners", "name": PARTNER_ID, "etag": 3} | {
            "properties": properties
        }

    def _subscriptions(self, target: int) -> dict[str, Any]:
        numbers = range(self._estate.subscriptions)
        return {"value": [self._subscription(target, place) for place in numbers]}

    def _subscription(self, target: int, place: int) -> dict[str, Any]:
        subscription_id = self._estate.subscription(target, place)
        delegated = self._estate.delegated
        return {
            "id": f"/subscriptions/{subscription_id}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [{"tenantId": guid("tenant", target)}] if delegated else [],
            "subscriptionId": subscription_id,
            "tenantId": guid("customer" if delegated else "tenant", target),
            "displayName": f"Subscription {place} of customer {target}",
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }

    def _groups(self, subscription_id: str) -> dict[str, Any]:
        return {"value": [_group(subscription_id, f"rg-{number:04}") for number in range(self._estate.groups)]}

    def _assignments(self, subscription_id: str) -> dict[str, Any]:
        scope = f"/subscriptions/{subscription_id}"
        owner = self._estate.owner(subscription_id)
        name = guid("assignment", owner)
        properties = {
            "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}",
            "principalId": guid("object", owner),
            "principalType": "ServicePrincipal",
            "scope": scope,
            "condition": None,
            "conditionVersion": None,
            "createdOn": "2022-01-15T21:08:45.4904312Z",
            "updatedOn": "2022-01-15T21:08:45.4904312Z",
            "createdBy": guid("object", owner),
            "updatedBy": guid("object", owner),
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        }
        kind = "Microsoft.Authorization/roleAssignments"
        return {
            "value": [{"properties": properties, "id": f"{scope}/providers/{kind}/{name}", "type": kind, "name": name}]
        }

    def _registrations(self, subscription_id: str) -> dict[str, Any]:
        owner = self._estate.owner(subscription_id)
        line = {"principalId": guid("object", owner), "roleDefinitionId": CONTRIBUTOR}
        definition = {"properties": {"managedByTenantId": guid("tenant", owner), "authorizations": [line]}}
        kind, name = "Microsoft.ManagedServices/registrationAssignments", guid("assignment", owner)
        path = f"/subscriptions/{subscription_id}/providers/{kind}/{name}"
        properties = {"provisioningState": "Succeeded", "registrationDefinition": definition}
        return {"value": [{"properties": properties, "id": path, "type": kind, "name": name}]}


def _group(subscription_id: str, name: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription_id}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "tags": {"environment": "production"},
        "properties": {"provisioningState": "Succeeded"},
    }
