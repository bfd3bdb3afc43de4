"""The demo's estate and its configuration belong together."""

import re

import pytest
import requests
from ruamel.yaml import YAML

from pal_agent import config
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.directory import Directory
from pal_agent.sim.estate import Estate
from pal_agent.sim.estates import demo_config_path, demo_secrets
from pal_agent.sim.random_estate import random_estate
from pal_agent.sim.state import Azure


def _entries() -> list[dict[str, str]]:
    document = YAML(typ="safe", pure=True).load(demo_config_path())
    return [
        {**entry, "tenant": tenant}
        for entry in document["credentials"]
        for tenant in entry.get("tenants", [entry.get("tenant")])
    ]


def _signed_in(azure: Azure, tenant: str, client_id: str, secret: str) -> str:
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))
        form = {"grant_type": "client_credentials", "scope": "https://management.azure.com/.default"}
        url = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
        body = web.post(url, data={**form, "client_id": client_id, "client_secret": secret}).json()
    match = re.match(r"AADSTS\d+", body.get("error_description", "AADSTS0"))
    return match[0] if match else ""


def test_each_credential_signs_in_or_fails_as_its_company_s_story_says(azure: Azure) -> None:
    """Three can't: an expired secret, a wrong one, an app that isn't installed."""
    secrets = demo_secrets()
    told = {
        entry["tenant"][:8]: _signed_in(
            azure,
            entry["tenant"],
            entry["client_id"],
            secrets[entry["auth"]["secret"].removeprefix("env:")],  # type: ignore[index]
        )
        for entry in _entries()
    }
    failing = {number: code for number, code in told.items() if code != "AADSTS0"}
    assert failing == {"00000007": "AADSTS7000222", "00000008": "AADSTS7000215", "00000009": "AADSTS700016"}
    assert len(told) == 17


def test_the_configuration_is_one_that_the_agent_reads() -> None:
    """Every key of it."""
    settings = config.load(demo_config_path())
    assert len(settings.targets()) == 18


def test_no_secret_stands_in_the_configuration() -> None:
    """They come by the environment."""
    text = demo_config_path().read_text(encoding="utf-8")
    assert not any(secret in text for secret in demo_secrets().values())


@pytest.mark.parametrize("seed", range(5))
def test_random_estates_are_whole_and_the_same_again(seed: int) -> None:
    """A failing law names a seed; that seed must bring the same estate back."""
    from pal_agent.sim.estate_rules import contradictions

    made = random_estate(seed)
    assert list(contradictions(made.estate)) == []
    assert made == random_estate(seed)
    assert {entry["auth"]["secret"].removeprefix("env:") for entry in made.config["credentials"]} == set(made.secrets)


def test_random_estates_have_every_oddity_sooner_or_later() -> None:
    """Over fifty seeds."""
    tenants = [tenant for seed in range(50) for tenant in random_estate(seed).estate.tenants]
    principals = [principal for tenant in tenants for principal in tenant.principals]
    assignments = [item for tenant in tenants for item in tenant.assignments]
    delegations = [item for tenant in tenants for item in tenant.delegations]
    assert {item.link.state for item in principals if item.link} == {"Active", "Deleted"}
    assert {cannot.what for item in principals for cannot in item.cannot_read} == {
        *("partners", "groups", "assignments", "pim", "deny", "delegations")
    }
    assert any(item.scope == "/" for item in assignments)
    assert any(item.activated for item in assignments)
    assert any(item.ends for item in assignments)
    assert {"/resourceGroups/" in item.scope for item in delegations} == {True, False}
    assert any(item.not_child_scopes and item.excluded for tenant in tenants for item in tenant.denies)


def test_a_subscription_is_seen_through_management_groups_and_root(demo: Estate) -> None:
    """And not by a principal of another tenant."""
    directory = Directory(demo)

    def seen(number: int) -> int:
        oid = f"000000{number:02}-0b1d-4000-8000-000000000001"
        tenant = f"000000{number:02}-7e4a-4000-8000-000000000001"
        return len(directory.visible(directory.identity(tenant=tenant, object_id=oid, client_id="x")))

    assert [seen(number) for number in (1, 12, 15, 99)] == [2, 2, 3, 0]
