"""Resource Manager's answers, one promise each, by the demo's estate."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
import requests

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import Estate, Throttle
from pal_agent.sim.state import Azure

Ask = Callable[..., requests.Response]
ARM = "https://management.azure.com"
LINK = "/providers/Microsoft.ManagementPartner/partners"
FABRIKAM = "/subscriptions/00000001-5b5c-4000-8000-000000000001"


def _oid(number: int, which: int = 1) -> str:
    return f"000000{number:02}-0b1d-4000-8000-00000000000{which}"


def _subscription(number: int, which: int = 1) -> str:
    return f"/subscriptions/000000{number:02}-5b5c-4000-8000-00000000000{which}"


def _mine(number: int) -> dict[str, str]:
    return {"$filter": f"assignedTo('{_oid(number)}')"}


def _roles(kind: str, number: int, which: int = 1) -> str:
    return f"{_subscription(number, which)}/providers/Microsoft.Authorization/{kind}"


def test_the_link_is_one_object_in_the_recorded_shape(as_company: Callable[[int], Ask]) -> None:
    """Provider in lower case, an integer etag equal to the version, times with more digits than Python has."""
    body = as_company(1)(LINK, **{"api-version": "2018-02-01"}).json()
    assert body["id"] == "/providers/microsoft.managementpartner/partners/5127255"
    assert body["etag"] == body["properties"]["version"] == 1
    assert body["properties"]["objectId"] == _oid(1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,7}Z", body["properties"]["updatedTime"])


def test_partner_errors_say_everything_twice(as_company: Callable[[int], Ask]) -> None:
    """Unlike those of every other provider."""
    ask = as_company(2)
    for method, path, status, code in (
        ("GET", LINK, 404, "ManagementPartnerNotFound"),
        ("PATCH", f"{LINK}/5127255", 404, "ManagementPartnerNotFound"),
        ("PUT", f"{LINK}/5127254", 400, "PartnerIdInvalid"),
    ):
        answer = ask(path, method, **{"api-version": "2018-02-01"})
        body = answer.json()
        assert (answer.status_code, body["code"]) == (status, code)
        assert body["error"] == {"code": body["code"], "message": body["message"]}


def test_put_on_a_link_is_refused_and_changes_nothing(as_company: Callable[[int], Ask], azure: Azure) -> None:
    """There is no upsert."""
    before = azure.links()
    answer = as_company(3)(f"{LINK}/5127255", "PUT", **{"api-version": "2018-02-01"})
    assert (answer.status_code, answer.json()["code"]) == (409, "PartnerIdAlreadyLinked")
    assert azure.links() == before


def test_removing_what_is_not_linked_is_no_error(as_company: Callable[[int], Ask]) -> None:
    """And has no body."""
    answer = as_company(2)(f"{LINK}/5127255", "DELETE", **{"api-version": "2018-02-01"})
    assert (answer.status_code, answer.content) == (200, b"")


def test_reading_another_id_than_the_linked_one_finds_nothing(as_company: Callable[[int], Ask]) -> None:
    """So the read by ID can't tell none from other."""
    assert as_company(3)(f"{LINK}/5127255", **{"api-version": "2018-02-01"}).status_code == 404
    assert as_company(3)(f"{LINK}/4433221", **{"api-version": "2018-02-01"}).status_code == 200


def test_delegated_subscriptions_are_seen_by_whoever_is_authorised(as_company: Callable[..., Ask]) -> None:
    """Also through a group; the tenant stays the customer's, the manager is named."""
    ask = as_company(15, app=15, secret="simulated-lighthouse-secret")
    listed = ask("/subscriptions", **{"api-version": "2022-12-01"}).json()
    assert [item["displayName"] for item in listed["value"]] == ["VanArsdel", "Trey Research", "Relecloud"]
    assert listed["count"] == {"type": "Total", "value": 3}
    assert {item["managedByTenants"][0]["tenantId"][:8] for item in listed["value"]} == {"00000015"}
    assert [item["tenantId"][:8] for item in listed["value"]] == ["00000016", "00000017", "00000018"]


def test_a_delegation_tells_its_authorizations_when_asked_to(as_company: Callable[..., Ask]) -> None:
    """Role assignments never show them."""
    ask = as_company(15, app=15, secret="simulated-lighthouse-secret")
    path = f"{_subscription(17)}/providers/Microsoft.ManagedServices/registrationAssignments"
    (bare,) = ask(path, **{"api-version": "2022-10-01"}).json()["value"]
    query = {"api-version": "2022-10-01", "$expandRegistrationDefinition": "true"}
    (full,) = ask(path, **query).json()["value"]
    assert "registrationDefinition" not in bare["properties"]
    definition = full["properties"]["registrationDefinition"]["properties"]
    assert definition["authorizations"][0]["principalId"] == _oid(15)
    assert definition["eligibleAuthorizations"][0]["roleDefinitionId"] == "4d97b98b-1d4f-4787-a291-c67834d212e7"
    assert full["id"].startswith(f"{_subscription(17)}/resourceGroups/lab/providers/Microsoft.ManagedServices/")
    assert ask(_roles("roleAssignments", 17), **{"api-version": "2022-04-01", **_mine(15)}).json()["value"] == []


@pytest.mark.parametrize("encoded", [False, True])
def test_assigned_to_reaches_through_groups_and_downward(as_company: Callable[..., Ask], encoded: bool) -> None:
    """However the filter is spelled on the wire."""
    ask = as_company(11, app=11, secret="simulated-coho-secret")
    text = f"assignedTo('{_oid(11)}')"
    filter_ = quote(text, safe="") if encoded else text
    path = f"{_roles('roleAssignments', 11, 2).upper()}?%24filter={filter_}&api-version=2022-04-01"
    (found,) = ask(path).json()["value"]
    assert found["properties"]["principalId"] == "00000011-940b-4000-8000-000000000002"
    assert found["properties"]["roleDefinitionId"].endswith("/b24988ac-6180-42a0-ab88-20f7382dd24c")


def test_inherited_assignments_repeat_under_each_subscription(as_company: Callable[[int], Ask]) -> None:
    """With one and the same ID."""
    ask = as_company(12)
    pages = [ask(_roles("roleAssignments", 12, n), **{"api-version": "2022-04-01", **_mine(12)}) for n in (1, 2)]
    first, second = (page.json()["value"] for page in pages)
    assert [item["id"] for item in first] == [item["id"] for item in second]
    assert first[0]["properties"]["scope"] == "/providers/Microsoft.Management/managementGroups/alpine"


def test_filters_of_the_azure_cli_are_understood(as_company: Callable[[int], Ask]) -> None:
    """`atScope()` leaves out what is below; `principalId eq` knows no groups; none takes all; others are refused."""
    ask = as_company(6)

    def count(**query: str) -> int:
        return len(ask(_roles("roleAssignments", 6), **{"api-version": "2022-04-01", **query}).json()["value"])

    assert count() == 2
    assert count(**{"$filter": "atScope()"}) == 0
    assert count(**{"$filter": f"principalId eq '{_oid(6)}'"}) == 2
    refused = ask(_roles("roleAssignments", 6), **{"api-version": "2022-04-01", "$filter": "color eq 'red'"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "UnsupportedQuery")


def test_time_bound_activated_and_eligible_are_told_apart(as_company: Callable[[int], Ask]) -> None:
    """And an active instance names the assignment that it made."""
    ask = as_company(13)
    query = {"api-version": "2020-10-01", **_mine(13)}
    active = [ask(_roles("roleAssignmentScheduleInstances", 13, n), **query).json()["value"][0] for n in (1, 2, 3)]
    told = [(item["properties"]["assignmentType"], bool(item["properties"]["endDateTime"])) for item in active]
    assert told == [("Activated", True), ("Assigned", True), ("Assigned", False)]
    (assignment,) = ask(_roles("roleAssignments", 13), **{"api-version": "2022-04-01", **_mine(13)}).json()["value"]
    assert active[0]["properties"]["originRoleAssignmentId"] == assignment["id"]
    eligible = [ask(_roles("roleEligibilityScheduleInstances", 13, n), **query).json()["value"] for n in (1, 2, 3)]
    assert [len(items) for items in eligible] == [0, 0, 1]


def test_a_tenant_without_the_licence_says_so(as_company: Callable[[int], Ask]) -> None:
    """For active and eligible instances alike."""
    for kind in ("roleAssignmentScheduleInstances", "roleEligibilityScheduleInstances"):
        answer = as_company(10)(_roles(kind, 10), **{"api-version": "2020-10-01", **_mine(10)})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "AadPremiumLicenseRequired")


def test_a_deny_assignment_for_everyone_is_assigned_to_everyone(as_company: Callable[[int], Ask]) -> None:
    """In its subscription, not beside it."""
    query = {"api-version": "2022-04-01", **_mine(12)}
    counts = [len(as_company(12)(_roles("denyAssignments", 12, n), **query).json()["value"]) for n in (1, 2)]
    assert counts == [0, 1]


def test_a_read_that_the_estate_forbids_is_403_where_it_says(as_company: Callable[[int], Ask]) -> None:
    """In one subscription of two."""
    query = {"api-version": "2022-04-01", **_mine(10)}
    answers = [as_company(10)(_roles("roleAssignments", 10, which), **query) for which in (1, 2)]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[1].json()["error"]["code"] == "AuthorizationFailed"


def test_a_role_without_the_action_is_refused_too(as_company: Callable[..., Ask], demo: Estate) -> None:
    """Actions of custom roles count as they are written, so least privilege can be tried out."""
    coho = next(tenant for tenant in demo.tenants if tenant.name == "Coho Vineyard")
    poorer = replace(coho, roles=(replace(coho.roles[0], actions=("Microsoft.Compute/*/read",)),))
    azure = Azure(replace(demo, tenants=tuple(poorer if item is coho else item for item in demo.tenants)))
    token = azure.tokens.mint(
        {"aud": ARM, "exp": 2**40, "tid": coho.id, "oid": _oid(11), "appid": coho.principals[0].app}
    )
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))
        headers = {"Authorization": f"Bearer {token}"}
        groups = web.get(f"{ARM}{_subscription(11)}/resourcegroups?api-version=2025-04-01", headers=headers)
        roles = web.get(f"{ARM}{_roles('roleAssignments', 11)}?api-version=2022-04-01", headers=headers)
        link = web.get(f"{ARM}{LINK}?api-version=2018-02-01", headers=headers)
    assert [groups.status_code, roles.status_code, link.status_code] == [403, 403, 200]


def test_who_has_one_resource_group_sees_no_other(as_company: Callable[[int], Ask]) -> None:
    """The list is answered as far as one can see."""
    found = as_company(6)(f"{_subscription(6)}/resourcegroups", **{"api-version": "2025-04-01"}).json()["value"]
    assert [group["name"] for group in found] == ["apps", "archive"]


def test_role_definitions_are_found_by_guid_custom_ones_in_their_tenant(as_company: Callable[..., Ask]) -> None:
    """Built-in ones everywhere."""
    own, other = as_company(11, app=11, secret="simulated-coho-secret"), as_company(1)
    custom = "00000011-401e-4000-8000-000000000001"
    query = {"api-version": "2022-04-01"}
    assert own(_roles(f"roleDefinitions/{custom}", 11), **query).json()["properties"]["type"] == "CustomRole"
    assert (
        other(_roles(f"roleDefinitions/{custom}", 1), **query).json()["error"]["code"] == "RoleDefinitionDoesNotExist"
    )
    owner = other(_roles("roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635", 1), **query).json()
    assert owner["properties"]["roleName"] == "Owner"


def test_pages_join_to_the_whole_list(demo: Estate) -> None:
    """Each element once, the query kept, whatever the page size."""
    azure = Azure(replace(demo, page_sizes={"default": 2, "subscriptions": 1}))
    claims = {"aud": ARM, "exp": 2**40, "tid": "00000001-7e4a-4000-8000-000000000001", "oid": _oid(1), "appid": "x"}
    headers = {"Authorization": f"Bearer {azure.tokens.mint(claims)}"}
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))
        for url, expected in (
            ("/subscriptions?api-version=2022-12-01", 2),
            (f"{FABRIKAM}/resourcegroups?api-version=2025-04-01", 3),
        ):
            names, next_link, pages = [], ARM + url, 0
            while next_link:
                body = web.get(next_link, headers=headers).json()
                names += [item["id"] for item in body["value"]]
                next_link, pages = body.get("nextLink"), pages + 1
            assert (len(set(names)), len(names), pages) == (expected, expected, 2)


@pytest.mark.parametrize(
    ("path", "version", "code"),
    [
        ("/subscriptions", None, "MissingApiVersionParameter"),
        ("/subscriptions", "2012-01-01", "InvalidApiVersionParameter"),
        (LINK, "2020-01-01", "NoRegisteredProviderFound"),
    ],
)
def test_an_api_version_that_azure_does_not_know_is_refused(
    as_company: Callable[[int], Ask], path: str, version: str | None, code: str
) -> None:
    """So a client that asks with the wrong one is found out here."""
    answer = as_company(1)(path, **({"api-version": version} if version else {}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_only_a_live_token_of_ours_for_this_audience_is_let_in(web: requests.Session, azure: Azure) -> None:
    """Anything else is 401 with a challenge."""
    good = {"aud": ARM, "exp": azure.clock() + 60, "tid": "t", "oid": "o", "appid": "a"}
    minted = azure.tokens.mint
    tokens = {
        "none": None,
        "foreign": Azure(Estate()).tokens.mint(good),
        "expired": minted({**good, "exp": 1}),
        "of another audience": minted({**good, "aud": "https://graph.microsoft.com"}),
        "not a token": "abc",
    }
    for name, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = web.get(f"{ARM}/subscriptions?api-version=2022-12-01", headers=headers)
        assert answer.status_code == 401, name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer "), name
    headers = {"Authorization": f"Bearer {minted(good)}"}
    assert web.get(f"{ARM}/subscriptions?api-version=2022-12-01", headers=headers).status_code == 200


def test_what_is_left_of_the_quota_is_told_and_shrinks(as_company: Callable[[int], Ask]) -> None:
    """For the tenant and for each subscription apart."""
    ask = as_company(1)
    answers = [ask("/subscriptions", **{"api-version": "2022-12-01"}) for _ in range(3)]
    left = [int(answer.headers["x-ms-ratelimit-remaining-tenant-reads"]) for answer in answers]
    assert left == [249, 248, 247]
    groups = ask(f"{FABRIKAM}/resourcegroups", **{"api-version": "2025-04-01"})
    assert groups.headers["x-ms-ratelimit-remaining-subscription-reads"] == "249"


def test_an_enforced_quota_refuses_until_the_wait_is_over(demo: Estate) -> None:
    """And a request that comes too early earns a new wait."""
    now = [1_000_000.0]
    azure = Azure(replace(demo, throttle=Throttle(enforced=True, reads=2, reads_refill=0.5)), clock=lambda: now[0])
    claims = {"aud": ARM, "exp": 2**40, "tid": "00000001-7e4a-4000-8000-000000000001", "oid": _oid(1), "appid": "x"}
    headers = {"Authorization": f"Bearer {azure.tokens.mint(claims)}"}
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))

        def ask() -> tuple[int, str | None]:
            answer = web.get(f"{ARM}/subscriptions?api-version=2022-12-01", headers=headers)
            return answer.status_code, answer.headers.get("Retry-After")

        assert [ask() for _ in range(3)] == [(200, None), (200, None), (429, "2")]
        now[0] += 1
        assert ask() == (429, "1")
        now[0] += 1
        assert ask() == (200, None)


def test_every_answer_carries_its_ids_and_the_date(as_company: Callable[[int], Ask], web: requests.Session) -> None:
    """The caller's correlation ID comes back."""
    headers = as_company(1)("/tenants", **{"api-version": "2022-12-01"}).headers
    assert {"Date", "x-ms-request-id", "x-ms-correlation-request-id"} <= set(headers)
    answer = web.get(f"{ARM}/tenants", headers={"x-ms-correlation-request-id": "mine"})
    assert answer.headers["x-ms-correlation-request-id"] == "mine"
