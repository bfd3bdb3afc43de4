"""What clients ask less often, and what they should not have asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import requests

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import CannotRead, Estate, Principal
from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then
from pal_agent.sim.server import answer
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request

Ask = Callable[..., requests.Response]
ONE = "/subscriptions/00000001-5b5c-4000-8000-000000000001"
LINK = "/providers/Microsoft.ManagementPartner/partners"
ROLES = "providers/Microsoft.Authorization"
VERSIONS = {"arm": {"api-version": "2022-12-01"}, "roles": {"api-version": "2022-04-01"}}


def _changed(demo: Estate, **changes: object) -> Azure:
    """The demo with Fabrikam's principal changed."""
    fabrikam = demo.tenants[0]
    principal: Principal = replace(fabrikam.principals[0], **changes)  # type: ignore[arg-type]
    return Azure(replace(demo, tenants=(replace(fabrikam, principals=(principal,)), *demo.tenants[1:])))


def _linked(azure: Azure, method: str = "GET", partner: str = "") -> requests.Response:
    claims = {"aud": "https://management.azure.com", "exp": 2**40, "tid": "00000001-7e4a-4000-8000-000000000001"}
    token = azure.tokens.mint({**claims, "oid": "00000001-0b1d-4000-8000-000000000001", "appid": "x"})
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure, sleep=lambda _: None))
        url = f"https://management.azure.com{LINK}{partner}?api-version=2018-02-01"
        return web.request(method, url, headers={"Authorization": f"Bearer {token}"}, timeout=5)


def test_one_subscription_and_one_group_are_found_by_name(as_company: Callable[[int], Ask]) -> None:
    """In any case; what isn't there is 404 with its own code."""
    ask = as_company(1)
    assert ask(ONE.upper(), **VERSIONS["arm"]).json()["displayName"] == "Fabrikam Production"
    assert ask(f"{ONE}/resourceGroups/WEB", **VERSIONS["arm"]).json()["name"] == "web"
    assert ask(f"{ONE}/resourceGroups/none", **VERSIONS["arm"]).json()["error"]["code"] == "ResourceGroupNotFound"
    nowhere = "/subscriptions/99999999-5b5c-4000-8000-000000000001"
    assert ask(nowhere, **VERSIONS["arm"]).json()["error"]["code"] == "SubscriptionNotFound"


def test_a_role_is_found_by_its_name(as_company: Callable[[int], Ask]) -> None:
    """As the Azure CLI looks for it; and the lists can be narrowed to custom roles."""
    query = {**VERSIONS["roles"], "$filter": "roleName eq 'Support Request Contributor'"}
    (found,) = as_company(1)(f"{ONE}/{ROLES}/roleDefinitions", **query).json()["value"]
    assert found["name"] == "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
    query = {**VERSIONS["roles"], "$filter": "type eq 'CustomRole'"}
    assert as_company(1)(f"{ONE}/{ROLES}/roleDefinitions", **query).json()["value"] == []


def test_ones_own_permissions_need_no_right(as_company: Callable[[int], Ask]) -> None:
    """One entry for each role at or above the scope, inherited ones too."""
    alpine = "/subscriptions/00000012-5b5c-4000-8000-000000000001"
    (entry,) = as_company(12)(f"{alpine}/{ROLES}/permissions", **VERSIONS["roles"]).json()["value"]
    assert entry == {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}


def test_as_target_is_the_caller(as_company: Callable[[int], Ask]) -> None:
    """PIM's own word for "mine"."""
    flights = "/subscriptions/00000013-5b5c-4000-8000-000000000003"
    query = {"api-version": "2020-10-01", "$filter": "asTarget()"}
    found = as_company(13)(f"{flights}/{ROLES}/roleEligibilityScheduleInstances", **query).json()["value"]
    assert len(found) == 1


@pytest.mark.parametrize(
    "path",
    ["roleAssignments", "denyAssignments", "roleDefinitions", "roleEligibilityScheduleInstances"],
)
def test_an_unknown_filter_is_refused_everywhere(as_company: Callable[[int], Ask], path: str) -> None:
    """Rather than ignored, which would answer another question."""
    version = "2020-10-01" if "Schedule" in path else "2022-04-01"
    answer_ = as_company(1)(f"{ONE}/{ROLES}/{path}", **{"api-version": version, "$filter": "principalId lt 'x'"})
    assert (answer_.status_code, answer_.json()["error"]["code"]) == (400, "UnsupportedQuery")


@pytest.mark.parametrize(("what", "path", "version"), [
    ("groups", "resourcegroups", "2025-04-01"),
    ("pim", f"{ROLES}/roleAssignmentScheduleInstances", "2020-10-01"),
    ("deny", f"{ROLES}/denyAssignments", "2022-04-01"),
    ("delegations", "providers/Microsoft.ManagedServices/registrationAssignments", "2022-10-01"),
])  # fmt: skip
def test_each_fact_can_be_forbidden(demo: Estate, what: str, path: str, version: str) -> None:
    """And no other with it."""
    azure = _changed(demo, cannot_read=(CannotRead(what=what),))  # type: ignore[arg-type]
    claims = {"aud": "https://management.azure.com", "exp": 2**40, "tid": "00000001-7e4a-4000-8000-000000000001"}
    token = azure.tokens.mint({**claims, "oid": "00000001-0b1d-4000-8000-000000000001", "appid": "x"})
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))
        headers = {"Authorization": f"Bearer {token}"}
        base = f"https://management.azure.com{ONE}"
        forbidden = web.get(f"{base}/{path}?api-version={version}", headers=headers)
        allowed = web.get(f"{base}/{ROLES}/roleAssignments?api-version=2022-04-01", headers=headers)
    assert (forbidden.status_code, forbidden.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert allowed.status_code == 200


def test_a_csp_partner_can_neither_read_nor_write_a_link(demo: Estate) -> None:
    """In the words that tell why."""
    azure = _changed(demo, csp=True)
    for method, partner in (("GET", ""), ("PUT", "/5127255"), ("PATCH", "/5127255"), ("DELETE", "/5127255")):
        assert "If you are a CSP partner" in _linked(azure, method, partner).json()["message"]


def test_a_forbidden_link_is_403(demo: Estate) -> None:
    """Never 404, which would mean that nothing is linked."""
    assert _linked(_changed(demo, cannot_read=(CannotRead(what="partners"),))).status_code == 403


def test_a_removed_link_may_be_shown_as_deleted(demo: Estate) -> None:
    """Where the estate has it so."""
    azure = Azure(replace(demo, deleted_links_shown=True))
    assert _linked(azure, "DELETE", "/5127255").status_code == 200
    assert _linked(azure).json()["properties"]["state"] == "Deleted"
    assert azure.calls("DELETE", "/partners/") == 1
    assert azure.methods() == {"DELETE": 1, "GET": 1}


def test_removing_another_id_than_the_linked_one_leaves_the_link(demo: Estate) -> None:
    """Whoever read an old state harms nobody."""
    azure = Azure(demo)
    assert _linked(azure, "DELETE", "/4433221").status_code == 404
    assert _linked(azure).status_code == 200


def test_wrong_methods_and_unknown_paths_are_told_apart(as_company: Callable[[int], Ask]) -> None:
    """405 and 404; registering a provider is not simulated, but logged like any request."""
    assert as_company(1)("/subscriptions", "POST", **VERSIONS["arm"]).status_code == 405
    assert as_company(1)(f"{ONE}/providers/Microsoft.X/register", "POST", **VERSIONS["arm"]).status_code == 404


def test_each_of_azures_hosts_serves_its_own(web: requests.Session) -> None:
    """No token at Resource Manager, no subscriptions at sign-in."""
    assert web.post("https://management.azure.com/fabrikam.example/oauth2/v2.0/token").status_code == 404
    assert web.get("https://login.microsoftonline.com/subscriptions").status_code == 404


def test_a_sign_in_must_say_what_for(web: requests.Session, sign_in: Callable[..., requests.Response]) -> None:
    """A grant and a scope that the endpoint knows."""
    grant = sign_in(web, "fabrikam.example", "x", "y", grant_type="password")
    scope = sign_in(web, "fabrikam.example", "x", "y", scope="openid")
    assert [grant.json()["error"], scope.json()["error"]] == ["unsupported_grant_type", "invalid_scope"]


def test_instance_discovery_knows_the_host_that_is_asked_about(web: requests.Session) -> None:
    """For clients that insist."""
    asked = {"authorization_endpoint": "https://127.0.0.1:8443/fabrikam.example/oauth2/v2.0/authorize"}
    body = web.get("https://login.microsoftonline.com/common/discovery/instance", params=asked).json()
    expected = "https://127.0.0.1:8443/fabrikam.example/v2.0/.well-known/openid-configuration"
    assert body["tenant_discovery_endpoint"] == expected
    assert body["metadata"][0]["aliases"] == ["127.0.0.1:8443"]


def test_a_drip_and_a_long_delay_in_process(demo: Estate) -> None:
    """The first arrives in the end, byte by byte; the second runs into the timeout."""
    slept: list[float] = []
    azure = Azure(demo, faults=named("F10"))
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure, sleep=slept.append))
        answer_ = web.get(f"https://management.azure.com{LINK}?api-version=2018-02-01")
        assert slept == [0.5] * len(answer_.content)
        azure.faults.clear()
        azure.faults.add(Rule(match=Match(), then=Then(delay=60)))
        with pytest.raises(requests.exceptions.ReadTimeout):
            web.get("https://management.azure.com/subscriptions", timeout=(1, 7))
    assert slept[-1] == 7


def test_the_server_tells_the_links_it_holds(demo: Estate) -> None:
    """For whoever checks from outside what is in Azure now."""
    body = answer(Azure(demo), Request(method="GET", host="localhost", path="/_sim/links")).body
    assert b'"object_id":"00000003-0b1d-4000-8000-000000000001","partner_id":"4433221"' in body
