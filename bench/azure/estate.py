"""What exists, as numbers: every ID is computed from a target's number, so that neither side has to remember any."""

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

PARTNER_ID = "5127255"
SECRET = "not a real secret"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
TOKEN_TAIL = 1200  # characters; real tokens are about that long

Kind = Literal["tenant", "client", "object", "subscription", "customer", "assignment"]
_PREFIX = {kind: f"{place:08x}" for place, kind in enumerate(Kind.__args__, start=0xA1)}  # type: ignore[attr-defined]


def guid(kind: Kind, number: int) -> str:
    return f"{_PREFIX[kind]}-0000-4000-8000-{number:012x}"


def number_in(text: str) -> int:
    return int(text[-12:], 16)


@dataclass(frozen=True, kw_only=True)
class Estate:
    """`delegated` subscriptions belong to customers and reach the targets through Azure Lighthouse."""

    targets: int
    subscriptions: int = 3
    groups: int = 20
    delegated: bool = False

    def subscription(self, target: int, place: int) -> str:
        return guid("subscription", target * self.subscriptions + place)

    def owner(self, subscription_id: str) -> int:
        return number_in(subscription_id) // self.subscriptions

    def text(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request that a full run can't do without. `token` is that of the target, None for sign-in."""

    method: Literal["GET", "POST"]
    path: str
    token: str | None = None
    form: str | None = None


def token(target: int) -> str:
    claims = {
        "oid": guid("object", target),
        "tid": guid("tenant", target),
        "appid": guid("client", target),
        "tail": "x" * TOKEN_TAIL,
    }
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(claims)}.{target}"


def _encoded(part: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def calls(estate: Estate, target: int, *, quick: bool) -> Iterator[Call]:
    """The fewest calls for a target, in an order in which they could be made (azure-facts, section 5)."""
    tenant, bearer = guid("tenant", target), token(target)
    yield Call(method="GET", path=f"/{tenant}/v2.0/.well-known/openid-configuration")
    yield Call(method="POST", path=f"/{tenant}/oauth2/v2.0/token", form=sign_in_form(target))
    yield Call(
        method="GET", path="/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01", token=bearer
    )
    yield Call(method="GET", path="/subscriptions?api-version=2022-12-01", token=bearer)
    for place in range(estate.subscriptions):
        for path in paths(estate, target, place, quick=quick):
            yield Call(method="GET", path=path, token=bearer)


def sign_in_form(target: int) -> str:
    client = guid("client", target)
    return (
        f"client_id={client}&client_secret=not+a+real+secret&grant_type=client_credentials"
        "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
    )


def paths(estate: Estate, target: int, place: int, *, quick: bool) -> Iterator[str]:
    """What is asked about one subscription."""
    base = f"/subscriptions/{estate.subscription(target, place)}"
    mine = f"$filter=assignedTo%28%27{guid('object', target)}%27%29"
    yield f"{base}/resourcegroups?api-version=2025-04-01"
    if estate.delegated:
        providers = f"{base}/providers/Microsoft.ManagedServices"
        yield f"{providers}/registrationAssignments?$expandRegistrationDefinition=true&api-version=2022-10-01"
    else:
        yield f"{base}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&{mine}"
    if quick:
        return
    if not estate.delegated:
        for name in ("roleAssignmentScheduleInstances", "roleEligibilityScheduleInstances"):
            yield f"{base}/providers/Microsoft.Authorization/{name}?api-version=2020-10-01&{mine}"
    yield f"{base}/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01&{mine}"
