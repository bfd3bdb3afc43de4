"""Root and management groups are each tenant's own, though they are all called the same."""

import requests

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import App, Assignment, Authorization, Delegation, Estate, Principal, Subscription, Tenant
from pal_agent.sim.state import Azure

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
MANAGER, CUSTOMER = "00000001-7e4a-4000-8000-000000000001", "00000002-7e4a-4000-8000-000000000001"
OID, APP = "00000001-0b1d-4000-8000-000000000001", "00000001-a990-4000-8000-000000000001"
DELEGATED = Subscription(
    id="00000002-5b5c-4000-8000-000000000001", name="Delegated in part", resource_groups=("ours", "theirs")
)


def test_an_owner_of_everything_here_is_nobody_there() -> None:
    """One delegated resource group shows just itself, whatever the manager holds at its own root."""
    scope = f"/subscriptions/{DELEGATED.id}/resourceGroups/ours"
    delegation = Delegation(scope=scope, to=MANAGER, authorizations=(Authorization(principal=OID, role=READER),))
    manager = Tenant(
        id=MANAGER,
        name="Manager",
        principals=(Principal(object_id=OID, app=APP),),
        assignments=(Assignment(scope="/", role=OWNER, principal=OID),),
    )
    customer = Tenant(id=CUSTOMER, name="Customer", subscriptions=(DELEGATED,), delegations=(delegation,))
    azure = Azure(Estate(apps=(App(client_id=APP),), tenants=(manager, customer)))
    arm = "https://management.azure.com"
    token = azure.tokens.mint({"aud": arm, "exp": 2**40, "tid": MANAGER, "oid": OID, "appid": APP})
    with requests.Session() as web:
        web.mount("https://", SimulatedAzure(azure))
        url = f"{arm}/subscriptions/{DELEGATED.id}/resourcegroups?api-version=2025-04-01"
        groups = web.get(url, headers={"Authorization": f"Bearer {token}"}).json()["value"]
    assert [group["name"] for group in groups] == ["ours"]
