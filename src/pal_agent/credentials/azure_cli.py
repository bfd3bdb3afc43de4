"""`azure-cli`: whoever is signed in to the Azure CLI, and only where the entry names it."""

import math

from azure.core.credentials import TokenCredential
from azure.identity import AzureCliCredential

from pal_agent.cloud import deadline
from pal_agent.credentials import Place
from pal_agent.settings import AzureCli


def credential(auth: AzureCli, place: Place) -> TokenCredential:
    return AzureCliCredential(tenant_id=place.tenant_id, process_timeout=max(1, math.ceil(deadline.left())))
