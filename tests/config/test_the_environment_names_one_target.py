"""`--partner-id ID --from-env`: the variables that every Azure tool uses."""

from pathlib import Path

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError
from pal_agent.settings import Certificate, ClientSecret, Federated, SecretReference

CANARY = "hunter2-8Q~canary"
IDS = {
    "AZURE_TENANT_ID": "AAAAAAAA-0000-0000-0000-000000000000",
    "AZURE_CLIENT_ID": "bbbbbbbb-0000-0000-0000-000000000000",
}
SECRET = {"AZURE_CLIENT_SECRET": CANARY}


@pytest.mark.parametrize(
    ("environ", "auth"),
    [
        (SECRET, ClientSecret(secret=SecretReference(kind="env", name="AZURE_CLIENT_SECRET"))),
        ({"AZURE_CLIENT_CERTIFICATE_PATH": "c.pem"}, Certificate(path=Path("/somewhere/c.pem"))),
        (
            {"AZURE_CLIENT_CERTIFICATE_PATH": "/c.pem", "AZURE_CLIENT_CERTIFICATE_PASSWORD": CANARY},
            Certificate(
                path=Path("/c.pem"), password=SecretReference(kind="env", name="AZURE_CLIENT_CERTIFICATE_PASSWORD")
            ),
        ),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/var/t", "AZURE_CLIENT_SECRET": ""}, Federated(token=Path("/var/t"))),
        (
            {**SECRET, "AZURE_CLIENT_CERTIFICATE_PATH": "c"},
            ClientSecret(secret=SecretReference(kind="env", name="AZURE_CLIENT_SECRET")),
        ),
    ],
)
def test_each_way_to_sign_in(environ, auth):
    """As a reference: the secret itself is not in the settings."""
    settings = config.from_environment("5127255", environ={**IDS, **environ}, cwd=Path("/somewhere"))
    assert settings.credentials[0].auth == auth
    assert settings.targets()[0].label == "environment@aaaaaaaa-0000-0000-0000-000000000000"
    assert settings.history == Path("/somewhere/.pal-agent/history.db")
    assert CANARY not in repr(settings)


@pytest.mark.parametrize("host", ["login.example", "https://Login.Example/", "https://login.example"])
def test_the_authority_comes_along(host):
    """With or without its scheme, as azure-identity takes it."""
    environ = {**IDS, **SECRET, "AZURE_AUTHORITY_HOST": host}
    assert config.from_environment("5127255", environ, Path("/somewhere")).cloud.authority == "https://login.example"


@pytest.mark.parametrize(
    ("environ", "messages"),
    [
        ({}, ["AZURE_TENANT_ID is not set", "AZURE_CLIENT_ID is not set", "none of AZURE_CLIENT_SECRET, "]),
        ({**IDS, **SECRET, "AZURE_TENANT_ID": "contoso.com"}, ["AZURE_TENANT_ID must be an ID"]),
        ({**IDS, **SECRET, "AZURE_TENANT_ID": IDS["AZURE_TENANT_ID"] + "\n"}, ["AZURE_TENANT_ID must be an ID"]),
        ({**IDS, **SECRET, "AZURE_CLIENT_ID": CANARY}, ["AZURE_CLIENT_ID must be an ID"]),
        ({**IDS, **SECRET, "AZURE_AUTHORITY_HOST": "http://login.example"}, ["AZURE_AUTHORITY_HOST must be https://"]),
    ],
)
def test_what_is_missing_is_said(environ, messages):
    """All of it, by the variable's name, without its value."""
    with pytest.raises(ConfigurationError) as caught:
        config.from_environment("5127255", environ, Path("/somewhere"))
    assert all(message in str(caught.value) for message in messages)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("partner_id", ["..", "12345\n", "٥١٢٧٢٥٥", "0123456", ""])
def test_the_partner_id_has_one_form(partner_id):
    """As in a file."""
    with pytest.raises(ConfigurationError, match="the Partner ID must be a partner location"):
        config.from_environment(partner_id, {**IDS, **SECRET}, Path("/somewhere"))
