"""`client-secret`."""

from azure.core.credentials import TokenCredential
from azure.identity import ClientSecretCredential

from pal_agent.credentials import Place
from pal_agent.settings import ClientSecret


def credential(auth: ClientSecret, place: Place) -> TokenCredential:
    secret = place.secret(auth.secret)
    return ClientSecretCredential(place.tenant_id, place.client_id, secret, **place.options())
