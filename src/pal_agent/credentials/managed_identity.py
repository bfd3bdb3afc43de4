"""`managed-identity`: the identity of the machine the agent runs on, and only where the entry names it."""

import os

from azure.core.credentials import TokenCredential
from azure.identity import ManagedIdentityCredential

from pal_agent.credentials import Place
from pal_agent.settings import ManagedIdentity

ENDPOINT_VARIABLES = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")
INSTANCE_METADATA = "http://169.254.169.254"


def credential(auth: ManagedIdentity, place: Place) -> TokenCredential:
    endpoints = [os.environ[name] for name in ENDPOINT_VARIABLES if os.environ.get(name)]
    options = place.options(INSTANCE_METADATA, *endpoints)
    client_id = auth.client_id or place.client_id or None
    return ManagedIdentityCredential(client_id=client_id, policies=options["policies"], transport=options["transport"])
