"""Every refusal of the token endpoint, with its number, status and body."""

import re
from dataclasses import replace

import pytest
import requests

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import App, Estate, Principal, Secret, Tenant
from pal_agent.sim.state import Azure

TENANT = "00000001-7e4a-4000-8000-000000000001"
CLIENT = "00000001-a990-4000-8000-000000000001"
THUMBPRINT = "00112233445566778899aabbccddeeff00112233"
APP = App(client_id=CLIENT, secrets=(Secret(value="right"), Secret(value="old", expired=True)))
PRINCIPAL = Principal(object_id="00000001-0b1d-4000-8000-000000000001", app=CLIENT)


def _estate(app: App = APP, principal: Principal | None = PRINCIPAL) -> Estate:
    principals = (principal,) if principal else ()
    return Estate(
        apps=(app,), tenants=(Tenant(id=TENANT, name="One", domains=("one.example",), principals=principals),)
    )


CASES = {
    "wrong secret": (_estate(), {"client_secret": "wrong"}, 7000215, 401, "invalid_client"),
    "expired secret": (_estate(), {"client_secret": "old"}, 7000222, 401, "invalid_client"),
    "no secret": (_estate(), {}, 7000218, 401, "invalid_client"),
    "unknown certificate": (
        _estate(replace(APP, thumbprints=(THUMBPRINT,))),
        {"client_assertion": "eyJhIjoxfQ.eyJpc3MiOiJ4In0.c2ln"},
        *(700027, 401, "invalid_client"),
    ),
    "app not there": (_estate(principal=None), {"client_secret": "right"}, 700016, 400, "unauthorized_client"),
    "no principal": (
        _estate(replace(APP, multi_tenant=True), None),
        {"client_secret": "right"},
        *(7000229, 401, "invalid_client"),
    ),
    "app disabled": (
        _estate(replace(APP, disabled=True)),
        {"client_secret": "right"},
        *(7000112, 400, "unauthorized_client"),
    ),
    "principal disabled": (
        _estate(principal=replace(PRINCIPAL, disabled=True)),
        {"client_secret": "right"},
        *(7000112, 400, "unauthorized_client"),
    ),
    "policy": (
        _estate(principal=replace(PRINCIPAL, blocked_by_policy=True)),
        {"client_secret": "right"},
        *(53003, 400, "invalid_grant"),
    ),
}


@pytest.mark.parametrize(("estate", "proof", "number", "status", "error"), CASES.values(), ids=CASES)
def test_a_refusal_has_the_recorded_shape(
    estate: Estate, proof: dict[str, str], number: int, status: int, error: str
) -> None:
    """The number stands in the text and in a list, the IDs twice."""
    answer = _ask(Azure(estate), "one.example", proof)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    expected = (
        rf"AADSTS{number}: .* Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} Timestamp: .*Z"
    )
    assert re.fullmatch(expected, body["error_description"])


def test_a_tenant_that_is_not_there_is_told_at_both_endpoints() -> None:
    """With another `error` at discovery than at the token endpoint."""
    azure = Azure(_estate())
    token = _ask(azure, "nobody.example", {"client_secret": "right"})
    discovery = _web(azure).get(
        "https://login.microsoftonline.com/nobody.example/v2.0/.well-known/openid-configuration"
    )
    assert (token.status_code, token.json()["error"]) == (400, "invalid_request")
    assert (discovery.status_code, discovery.json()["error"]) == (400, "invalid_tenant")
    assert discovery.json()["error_codes"] == token.json()["error_codes"] == [90002]


def test_a_registered_certificate_is_known_by_its_thumbprint() -> None:
    """With or without colons in the estate."""
    azure = Azure(_estate(replace(APP, thumbprints=("00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33",))))
    header = "eyJ4NXQiOiJBQkVpTTBSVlpuZUltYXE3ek4zdV93QVJJak0ifQ"  # {"x5t": that thumbprint}
    assert _ask(azure, TENANT, {"client_assertion": f"{header}.eyJpc3MiOiJ4In0.c2ln"}).status_code == 200


def test_no_secret_and_no_token_is_ever_logged() -> None:
    """The log is served to whoever asks."""
    azure = Azure(_estate())
    token = _ask(azure, TENANT, {"client_secret": "right"}).json()["access_token"]
    _web(azure).get("https://management.azure.com/subscriptions", headers={"Authorization": f"Bearer {token}"})
    assert len(azure.log) == 2
    assert "right" not in repr(azure.log)
    assert token not in repr(azure.log)


def _web(azure: Azure) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", SimulatedAzure(azure))
    return session


def _ask(azure: Azure, tenant: str, proof: dict[str, str]) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "scope": "https://management.azure.com/.default",
        **proof,
    }
    return _web(azure).post(f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", data=form)
