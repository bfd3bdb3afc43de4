"""What Resource Manager tells about its cloud: the Azure CLI asks before `az cloud register`."""

from pal_agent.sim.wire import Request, Response, json_response


def endpoints(request: Request) -> Response:
    """The cloud as one of its own, sign-in and Resource Manager at the same origin."""
    origin = request.origin
    return json_response(
        200,
        [
            {
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
                "suffixes": {
                    "keyVaultDns": "vault.invalid",
                    "storage": "storage.invalid",
                    "acrLoginServer": "acr.invalid",
                },
            }
        ],
    )
