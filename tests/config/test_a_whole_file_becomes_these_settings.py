"""A configuration that says everything, and all that becomes of it."""

from datetime import date
from pathlib import Path

import pytest

from pal_agent import config
from pal_agent.config.places import state_directory
from pal_agent.errors import ConfigurationError
from pal_agent.model import Tier
from pal_agent.settings import (
    AzureCli,
    Certificate,
    ClientSecret,
    Cloud,
    Credential,
    ExceptionRule,
    Federated,
    ManagedIdentity,
    Notification,
    SecretReference,
    Settings,
)

T, C, G = (f"{letter * 8}-0000-0000-0000-000000000000" for letter in "abc")
WHOLE = f"""\
version: 1
partner: {{id: "5127255", name: Contoso Cloud}}
cloud:
  authority: https://Login.Example:443/
  resource_manager: https://arm.example:8443
  audience: https://arm.example/
  ca_bundle: ca.pem
credentials:
- name: secret
  tenants: [{T.upper()}, {C}]
  client_id: {C.upper()}
  auth: {{kind: client-secret, secret: "keyvault:https://v.vault.azure.net/secrets/s"}}
  partner_id: "5127299"
  link: absent
  groups: [{G.upper()}]
  expires: 2027-06-30
  tags: {{tier: "1", region: emea}}
- {{name: certificate, tenant: {T}, client_id: {T}, auth: {{kind: certificate, path: c.pem, password: "file:p.txt"}}}}
- {{name: bare certificate, tenant: {C}, client_id: {T}, auth: {{kind: certificate, path: /c.pem}}}}
- {{name: pipeline, tenant: {T}, client_id: {G}, auth: {{kind: federated, token: azure-devops}}}}
- {{name: token, tenant: {C}, client_id: {G}, auth: {{kind: federated, token: "file:t.jwt"}}}}
- {{name: machine, tenant: {G}, auth: {{kind: managed-identity, client_id: {C}}}}}
- {{name: machine too, tenant: {G}, client_id: {T}, auth: {{kind: managed-identity}}}}
- {{name: me, tenant: {T}, auth: {{kind: azure-cli}}, expires: "2027-01-01"}}
policy: {{require: pec}}
exceptions:
- {{finding: link-missing, scope: "a@*", reason: "known\\n  and accepted", owner: me, expires: 2027-01-31}}
safety: {{max_change_percent: 12.5}}
gather: {{jobs: 512, timeout: 86400}}
history: {{path: state/h.db}}
notify: [{{url: "env:HOOK"}}, {{url: "file:hook.txt", when: wrong}}]
"""


def whole(folder: Path) -> Settings:
    def credential(name, tenant, auth, client_id=None, **other):
        return Credential(
            name=name, tenants=(tenant,), client_id=client_id, auth=auth, **{"partner_id": "5127255", **other}
        )

    vault = SecretReference(kind="keyvault", name="https://v.vault.azure.net/secrets/s")
    password = SecretReference(kind="file", name=str(folder / "p.txt"))
    return Settings(
        partner_id="5127255",
        partner_name="Contoso Cloud",
        credentials=(
            Credential(
                name="secret",
                tenants=(T, C),
                client_id=C,
                auth=ClientSecret(secret=vault),
                partner_id="5127299",
                link="absent",
                groups=(G,),
                expires=date(2027, 6, 30),
                tags=(("region", "emea"), ("tier", "1")),
            ),
            credential("certificate", T, Certificate(path=folder / "c.pem", password=password), T),
            credential("bare certificate", C, Certificate(path=Path("/c.pem")), T),
            credential("pipeline", T, Federated(token="azure-devops"), G),
            credential("token", C, Federated(token=folder / "t.jwt"), G),
            credential("machine", G, ManagedIdentity(client_id=C), C),
            credential("machine too", G, ManagedIdentity(client_id=T), T),
            credential("me", T, AzureCli(), expires=date(2027, 1, 1)),
        ),
        state_directory=folder / "state",
        source=folder / "pal-agent.yaml",
        cloud=Cloud(
            authority="https://login.example",
            resource_manager="https://arm.example:8443",
            audience="https://arm.example",
            ca_bundle=folder / "ca.pem",
        ),
        require=Tier.PEC,
        exceptions=(
            ExceptionRule(
                finding="link-missing", scope="a@*", reason="known and accepted", owner="me", expires=date(2027, 1, 31)
            ),
        ),
        max_change_percent=12.5,
        jobs=512,
        timeout=86400.0,
        history=folder / "state" / "h.db",
        notify=(
            Notification(url=SecretReference(kind="env", name="HOOK"), when="changed"),
            Notification(url=SecretReference(kind="file", name=str(folder / "hook.txt")), when="wrong"),
        ),
    )


def test_everything_said_is_in_the_settings(written, tmp_path):
    """IDs and origins in one spelling, paths from the file's folder."""
    (tmp_path / "ca.pem").touch()
    assert config.load(written(WHOLE)) == whole(tmp_path)


def test_a_bare_file_has_the_documented_defaults(right, written, tmp_path):
    """Nothing more than it has to say."""
    settings = config.load(written(right))
    assert (settings.partner_name, settings.cloud, settings.require) == (None, Cloud(), Tier.INFLUENCE)
    assert (settings.exceptions, settings.notify, settings.max_change_percent) == ((), (), 30.0)
    assert (settings.jobs, settings.timeout) == (32, 300.0)
    assert settings.history == tmp_path / ".pal-agent" / "history.db"
    assert settings.state_directory == tmp_path / ".pal-agent"
    (credential,) = settings.credentials
    assert (credential.link, credential.groups, credential.expires, credential.tags) == ("present", (), None, ())


def test_without_a_history_state_has_a_place_for_each_file(right, written, tmp_path, monkeypatch):
    """In the user's own folder; the same place every time."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    file = written(right + "history: none\n")
    settings = config.load(file)
    assert settings.history is None
    assert settings.state_directory == state_directory(file)
    assert settings.state_directory.parent == tmp_path / "home" / "pal-agent"
    assert len(settings.state_directory.name) == 12
    other = file.with_name("other.yaml")
    assert state_directory(other) != state_directory(file)
    monkeypatch.chdir(tmp_path)
    assert state_directory(Path(file.name)) == state_directory(file)


def test_the_environment_alone_becomes_these_settings():
    """Nothing of them is left to chance."""
    environ = {"AZURE_TENANT_ID": T, "AZURE_CLIENT_ID": C.upper(), "AZURE_FEDERATED_TOKEN_FILE": "t.jwt"}
    assert config.from_environment("5127255", environ, Path("/somewhere")) == Settings(
        partner_id="5127255",
        partner_name=None,
        credentials=(
            Credential(
                name="environment",
                tenants=(T,),
                client_id=C,
                auth=Federated(token=Path("/somewhere/t.jwt")),
                partner_id="5127255",
            ),
        ),
        state_directory=Path("/somewhere/.pal-agent"),
        history=Path("/somewhere/.pal-agent/history.db"),
    )


@pytest.mark.parametrize(("port", "taken"), [(0, False), (1, True), (65535, True), (65536, False)])
def test_a_port_is_one_that_can_be(right, written, port, taken):
    """From 1 to 65535."""
    file = written(right.replace("partner:", f"cloud: {{authority: 'https://a.example:{port}'}}\npartner:"))
    if taken:
        assert config.load(file).cloud.authority == f"https://a.example:{port}"
        return
    with pytest.raises(ConfigurationError, match="ports are 1 to 65535"):
        config.load(file)
