"""Values that end up in a URL, a token or a sign-in have exactly one form."""

from pathlib import Path

import pytest

from pal_agent import config
from pal_agent.errors import ConfigurationError
from pal_agent.settings import (
    AzureCli,
    Certificate,
    ClientSecret,
    Federated,
    ManagedIdentity,
    SecretReference,
)

NOT_PARTNER_IDS = [
    "..",
    "12/3",
    " 12345",
    "12345 ",
    "12345\\n",
    "٥١٢٧٢٥٥",
    "５１２７２５５",
    "0",
    "0123456",
    "123",
    "9" * 11,
    "9" * 40,
    "-12345",
    "+12345",
    "12345?x",
    "",
    "abc",
    "5127255.0",
    "5_127_255",
]


@pytest.mark.parametrize("value", NOT_PARTNER_IDS)
def test_a_partner_id_that_is_none_is_refused(right, written, value):
    """At load, wherever it stands: it becomes part of a URL."""
    for text in (right.replace("5127255", value), right + f'    partner_id: "{value}"\n'):
        with pytest.raises(ConfigurationError, match=r"partner(\.id|_id): must be a partner location"):
            config.load(written(text))


@pytest.mark.parametrize("value", ["1000", "5127255", "9999999999"])
def test_a_partner_id_is_four_to_ten_digits(right, written, value):
    """And stays text."""
    assert config.load(written(right.replace("5127255", value))).partner_id == value


AUTHS = {
    "{kind: client-secret, secret: 'file:a b.txt'}": lambda folder: ClientSecret(
        secret=SecretReference(kind="file", name=str(folder / "a b.txt"))
    ),
    "{kind: client-secret, secret: 'keyvault:https://v.vault.azure.net/secrets/n'}": lambda _: ClientSecret(
        secret=SecretReference(kind="keyvault", name="https://v.vault.azure.net/secrets/n")
    ),
    "{kind: certificate, path: c.pem}": lambda folder: Certificate(path=folder / "c.pem"),
    "{kind: certificate, path: /etc/c.pem, password: 'env:P'}": lambda _: Certificate(
        path=Path("/etc/c.pem"), password=SecretReference(kind="env", name="P")
    ),
    "{kind: federated, token: github}": lambda _: Federated(token="github"),
    "{kind: federated, token: azure-devops}": lambda _: Federated(token="azure-devops"),
    "{kind: federated, token: 'file:t'}": lambda folder: Federated(token=folder / "t"),
    "{kind: managed-identity}": lambda _: ManagedIdentity(client_id="22222222-2222-2222-2222-222222222222"),
    "{kind: azure-cli}": lambda _: AzureCli(),
}


@pytest.mark.parametrize(("auth", "expected"), AUTHS.items(), ids=AUTHS)
def test_each_kind_of_sign_in(right, written, auth, expected):
    """Paths are relative to the configuration, and come out absolute."""
    file = written(right.replace('{kind: client-secret, secret: "env:FABRIKAM_SECRET"}', auth))
    assert config.load(file).credentials[0].auth == expected(file.parent)


@pytest.mark.parametrize(
    ("cloud", "expected"),
    [
        ("authority: HTTPS://Login.Example/", ("https://login.example", None, None)),
        ("resource_manager: https://localhost:8443/", (None, "https://localhost:8443", None)),
        ("resource_manager: https://[::1]:8443", (None, "https://[::1]:8443", None)),
        ("resource_manager: https://arm.example:443", (None, "https://arm.example", None)),
        ("audience: https://management.core.windows.net//", (None, None, "https://management.core.windows.net")),
    ],
)
def test_origins_come_out_alike(right, written, cloud, expected):
    """However they are spelled: no slash at the end, lower case, no default port."""
    found = config.load(written(right + f"cloud:\n  {cloud}\n")).cloud
    usual = ("https://login.microsoftonline.com", "https://management.azure.com", "https://management.azure.com")
    assert (found.authority, found.resource_manager, found.audience) == tuple(
        own or default for own, default in zip(expected, usual, strict=True)
    )


def test_ids_come_out_in_lower_case(right, written):
    """Azure's tokens have them so."""
    text = right.replace("11111111-1111-1111-1111-111111111111", "ABCDEF00-1111-1111-1111-111111111111")
    text += "    groups: [ABCDEF00-2222-1111-1111-111111111111]\n"
    credential = config.load(written(text)).credentials[0]
    assert credential.tenants == ("abcdef00-1111-1111-1111-111111111111",)
    assert credential.groups == ("abcdef00-2222-1111-1111-111111111111",)


def test_dates_may_be_quoted_and_past(right, written):
    """A past exception loads: it covers nothing, which is for others to say."""
    rule = "{finding: link-missing, scope: '*', reason: >-\n   two\n   lines\n , owner: o, expires: 2001-01-31}"
    rule = rule.replace(">-\n   two\n   lines\n ", "'two\n   lines'")
    text = right + '    expires: "2027-06-30"\n' + f"exceptions:\n  - {rule}\n"
    settings = config.load(written(text))
    assert str(settings.credentials[0].expires) == "2027-06-30"
    assert str(settings.exceptions[0].expires) == "2001-01-31"
    assert settings.exceptions[0].reason == "two lines"


@pytest.mark.parametrize("spelled", ["none", "{path: none}"])
def test_history_can_be_off(right, written, spelled, tmp_path, monkeypatch):
    """Lock and journal still have a place, the same each time, and another for another configuration."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = written(right + f"history: {spelled}\n")
    settings = config.load(file)
    assert settings.history is None
    assert settings.state_directory == config.load(file).state_directory
    assert settings.state_directory.parent == tmp_path / "state" / "pal-agent"
    other = file.with_name("other.yaml")
    other.write_text(file.read_text())
    assert config.load(other).state_directory != settings.state_directory


def test_state_has_a_place_without_a_home(right, written, monkeypatch):
    """No HOME, as in some containers and services: no crash, and no folder named ~."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    assert config.load(written(right + "history: none\n")).state_directory.is_absolute()


def test_history_is_beside_the_configuration(right, written):
    """Unless it says where."""
    file = written(right)
    assert config.load(file).history == file.parent / ".pal-agent" / "history.db"
    settings = config.load(written(right + "history: {path: runs/h.db}\n"))
    assert (settings.history, settings.state_directory) == (file.parent / "runs/h.db", file.parent / "runs")
