"""Real clients are the judges: azure-identity and the three management packages, in process and over HTTPS.

The Azure CLI was tried by hand (2.91.0): `simulate`, then with REQUESTS_CA_BUNDLE and
AZURE_CORE_INSTANCE_DISCOVERY=false `az cloud register --endpoint-resource-manager URL`, `az cloud set`,
`az login --service-principal`, `az rest` for GET, PUT, PATCH and DELETE of the link, `az group list`, and
`az role assignment list` with `--all`, `--assignee`, `--assignee-object-id`, `--include-groups` and
`--fill-principal-name false`. It asks /metadata/endpoints with api-version 2022-09-01 and wants one cloud there, not a
list; role definitions with 2022-05-01-preview; groups with 2024-11-01; filters `atScope()`, `principalId eq` and
`assignedTo()`. It does well with the 404 that Graph's paths get here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import CertificateCredential, ClientAssertionCredential, ClientSecretCredential
from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.server import serve
from pal_agent.sim.state import Azure

COHO = "00000011-7e4a-4000-8000-000000000001"
COHO_APP = "00000011-a990-4000-8000-000000000001"
ADVENTURE = "00000002-7e4a-4000-8000-000000000001"
DELIVERY = "00000000-a990-4000-8000-000000000001"


class Place:
    """Where Azure is: its addresses, and a transport that reaches it."""

    def __init__(self, session: requests.Session, authority: str, resource_manager: str, verify: str | bool) -> None:
        self.authority, self.resource_manager = authority, resource_manager
        self._session, self._verify = session, verify

    def transport(self) -> RequestsTransport:
        return RequestsTransport(session=self._session, session_owner=False, connection_verify=self._verify)

    def identity(self) -> dict[str, Any]:
        return {"authority": self.authority, "transport": self.transport(), "disable_instance_discovery": True}

    def management(self) -> dict[str, Any]:
        scopes = [f"{self.resource_manager}/.default"]
        return {"base_url": self.resource_manager, "credential_scopes": scopes, "transport": self.transport()}


@pytest.fixture(params=["in process", "over HTTPS"])
def place(request: pytest.FixtureRequest, azure: Azure) -> Iterator[Place]:
    with requests.Session() as session:
        session.trust_env = False
        if request.param == "in process":
            session.mount("https://", SimulatedAzure(azure))
            yield Place(session, "https://login.microsoftonline.com", "https://management.azure.com", True)
            return
        with serve(azure) as server:
            yield Place(session, server.url, server.url, str(server.ca_path))


def test_a_link_lives_its_life_through_the_partner_package(place: Place, azure: Azure) -> None:
    """Not linked, created, changed, removed, created again: as the service has it, version and times too."""
    credential = ClientSecretCredential(ADVENTURE, DELIVERY, "simulated-delivery-secret", **place.identity())
    client = ACEProvisioningManagementPartnerAPI(credential, **place.management())
    with pytest.raises(ResourceNotFoundError, match="not linked with a Partner ID"):
        client.partners.get()
    created = client.partner.create("5127255")
    assert (created.partner_id, created.partner_name, created.version) == ("5127255", "Contoso Cloud", 1)
    assert client.partner.update("4433221").version == 2
    client.partner.delete("4433221")
    assert client.partner.create("5127255").version == 4
    again = client.partners.get()
    assert (again.state, again.created_time) == ("Active", created.created_time)
    assert azure.links()[ADVENTURE, "00000002-0b1d-4000-8000-000000000001"] == "5127255"


def test_subscriptions_tenants_and_groups_read_as_models(place: Place) -> None:
    """Through the resource packages, with the fields an agent needs."""
    credential = ClientSecretCredential(COHO, COHO_APP, "simulated-coho-secret", **place.identity())
    with SubscriptionClient(credential, **place.management()) as client:
        subscriptions = list(client.subscriptions.list())
        tenants = list(client.tenants.list())
    assert [subscription.display_name for subscription in subscriptions] == ["Coho Cellar", "Coho Shop"]
    assert subscriptions[0].subscription_policies.quota_id == "PayAsYouGo_2014-09-01"
    assert [tenant.display_name for tenant in tenants] == ["Coho Vineyard"]
    with ResourceManagementClient(credential, subscriptions[1].subscription_id, **place.management()) as resources:
        assert [group.name for group in resources.resource_groups.list()] == ["shop"]


def test_a_certificate_and_an_assertion_sign_in_too(place: Place) -> None:
    """An app without registered thumbprints takes any."""
    options = place.identity()
    scope = f"{place.resource_manager}/.default"
    certificate = CertificateCredential(COHO, COHO_APP, certificate_data=_certificate(), **options)
    assertion = ClientAssertionCredential(COHO, COHO_APP, lambda: "eyJhIjoxfQ.eyJpc3MiOiJ4In0.c2ln", **options)
    assert certificate.get_token(scope).token != assertion.get_token(scope).token


def test_refusals_reach_the_caller_as_azures_own(place: Place) -> None:
    """The number in the text of a sign-in, the code of Resource Manager."""
    options = place.identity()
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        ClientSecretCredential(COHO, COHO_APP, "wrong", **options).get_token(f"{place.resource_manager}/.default")
    with pytest.raises(ClientAuthenticationError, match="Unable to get authority configuration"):
        ClientSecretCredential("nobody.example", COHO_APP, "x", **options).get_token(
            f"{place.resource_manager}/.default"
        )
    credential = ClientSecretCredential(COHO, COHO_APP, "simulated-coho-secret", **options)
    foreign = "00000012-5b5c-4000-8000-000000000001"
    with (
        ResourceManagementClient(credential, foreign, **place.management()) as client,
        pytest.raises(HttpResponseError, match="AuthorizationFailed"),
    ):
        list(client.resource_groups.list())


def _certificate() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + private
