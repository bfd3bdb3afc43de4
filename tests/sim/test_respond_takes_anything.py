"""Nothing that a client can send makes the simulator fail."""

from hypothesis import given
from hypothesis import strategies as st

from pal_agent.sim.estate import Estate, Tenant
from pal_agent.sim.fault_catalogue import fault_names
from pal_agent.sim.respond import respond
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request

TENANT = "00000001-7e4a-4000-8000-000000000001"
WORDS = st.sampled_from(
    (
        *("subscriptions", "providers", "Microsoft.Authorization", "roleAssignments", TENANT, "%2f", "..", ""),
        *("Microsoft.ManagementPartner", "partners", "5127255", "roleDefinitions", "resourcegroups", "denyAssignments"),
        *("oauth2", "v2.0", "token", ".well-known", "openid-configuration", "common", "discovery", "instance", "é%ff"),
    )
)
PATHS = st.lists(WORDS, max_size=7).map(lambda words: "/" + "/".join(words))
QUERIES = st.lists(
    st.sampled_from(
        (
            *(
                "api-version=2022-04-01",
                "api-version=2018-02-01",
                "$filter=assignedTo(%27x%27)",
                "$filter=(",
                "&&",
                "%",
            ),
            *("$skiptoken=-1", "$skiptoken=٣", "$skiptoken=sim-x", "api-version", "$filter=atScope()%20and"),
        )
    ),
    max_size=3,
).map("&".join)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: f"grant_type=client_credentials&client_assertion={text}".encode()),
)


@given(
    method=st.sampled_from(("GET", "PUT", "PATCH", "DELETE", "POST", "HEAD", "")),
    path=PATHS,
    query=QUERIES,
    body=BODIES,
    host=st.sampled_from(("", "management.azure.com", "login.microsoftonline.com", "x:1:2", "{name}")),
    fault=st.sampled_from((None, "P01-cycle", "P03-port", "P04", "F11-truncated", "F15-claims", "A03-app")),
    signed_in=st.booleans(),
)
def test_every_request_gets_an_answer(
    method: str, path: str, query: str, body: bytes, host: str, fault: str | None, signed_in: bool
) -> None:
    """An honest one at that: no 5xx comes by accident."""
    azure = Azure(Estate(tenants=(Tenant(id=TENANT, name="One"),)), faults=fault_names()[fault] if fault else ())
    claims = {"aud": "https://management.azure.com", "exp": 2**40, "tid": TENANT, "oid": "o", "appid": "a"}
    headers = {"authorization": f"Bearer {azure.tokens.mint(claims)}" if signed_in else "nonsense"}
    request = Request(method=method, host=host, path=path, query=query, headers=headers, body=body)
    assert 200 <= respond(azure, request).status < 500
    assert len(azure.log) == 1
