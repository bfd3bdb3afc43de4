"""One target read as the documentation of the SDKs shows it: their own pipelines, policies and models."""

from collections.abc import Iterator
from typing import Any

from azure.core import PipelineClient
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from bench.azure.estate import SECRET, guid

AUTHORIZATION = (
    ("roleAssignments", "2022-04-01"),
    ("roleAssignmentScheduleInstances", "2020-10-01"),
    ("roleEligibilityScheduleInstances", "2020-10-01"),
    ("denyAssignments", "2022-04-01"),
)


def read(url: str, ca: str, target: int) -> int:
    """Everything that a check asks of one target; how many role assignments it found."""
    scope = "https://management.azure.com/.default"
    credential = ClientSecretCredential(
        guid("tenant", target),
        guid("client", target),
        SECRET,
        authority=url,
        disable_instance_discovery=True,
        connection_verify=ca,
    )
    options: dict[str, Any] = {"base_url": url, "credential_scopes": [scope], "connection_verify": ca}
    ACEProvisioningManagementPartnerAPI(credential, **options).partners.get()
    policies = [RetryPolicy(), BearerTokenCredentialPolicy(credential, scope)]
    authorization: PipelineClient[Any, Any] = PipelineClient(url, policies=policies, connection_verify=ca)
    found = 0
    for subscription in SubscriptionClient(credential, **options).subscriptions.list():
        subscription_id = str(subscription.subscription_id)
        list(ResourceManagementClient(credential, subscription_id, **options).resource_groups.list())
        for name, version in AUTHORIZATION:
            path = f"{url}/subscriptions/{subscription_id}/providers/Microsoft.Authorization/{name}"
            query = {"api-version": version, "$filter": f"assignedTo('{guid('object', target)}')"}
            found += sum(1 for _ in _listed(authorization, path, query))
    return found


def _listed(client: "PipelineClient[Any, Any]", url: str, query: dict[str, str]) -> Iterator[Any]:
    request = HttpRequest("GET", url, params=query)
    while True:
        response = client.send_request(request)
        response.raise_for_status()
        content = response.json()
        yield from content["value"]
        if not content.get("nextLink"):
            return
        request = HttpRequest("GET", content["nextLink"])
