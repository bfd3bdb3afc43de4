"""What Resource Manager tells about its cloud: the Azure CLI asks before `az cloud register`."""

from typing import Any

from pal_agent.sim.wire import Request, Response, json_response


def endpoints(request: Request) -> Response:
    """One cloud, sign-in and Resource Manager at the same origin: in a list up to api-version 2019-05-01, alone since
    (Azure CLI 2.91 asks with 2022-09-01)."""
    cloud = _cloud(request.origin)
    is_old = request.parameters.get("api-version", "") <= "2019-05-01"
    return json_response(200, [cloud] if is_old else cloud)


def _cloud(origin: str) -> dict[str, Any]:
    return {
        "name": "SimulatedAzure",
        "portal": origin,
        "authentication": {
            "loginEndpoint": origin,
            "audiences": [origin],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": origin,
        "graphAudience": origin,
        "graph": origin,
        "microsoftGraphResourceId": origin,
        "batch": origin,
        "gallery": origin,
        "resourceManager": origin,
        "sqlManagement": origin,
        "vmImageAliasDoc": origin,
        "activeDirectoryDataLake": origin,
        "ossrdbmsResourceId": origin,
        "suffixes": {"keyVaultDns": "vault.invalid", "storage": "storage.invalid", "acrLoginServer": "acr.invalid"},
    }
