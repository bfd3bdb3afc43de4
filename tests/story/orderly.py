"""A plain estate: so many tenants, one principal and one subscription in each, all in order but for the links."""

from dataclasses import dataclass
from typing import Any

from pal_agent.sim.estate import App, Assignment, Estate, Link, Principal, Secret, Subscription, Tenant

OURS, OTHERS = "5127255", "4433221"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
SECRET = "S3cr3t~of all/+the%customers"


@dataclass(frozen=True, kw_only=True)
class Orderly:
    """`links` are those of the principals, in order: ours, another's, or None; `latency` is of every answer."""

    links: tuple[str | None, ...]
    latency: float = 0.0

    @property
    def estate(self) -> Estate:
        apps = tuple(App(client_id=client_id(at), secrets=(Secret(value=SECRET),)) for at in range(len(self.links)))
        tenants = tuple(_tenant(at, link) for at, link in enumerate(self.links))
        return Estate(
            tenants=tenants, apps=apps, partners={OURS: "Contoso Cloud", OTHERS: "Northwind"}, latency=self.latency
        )

    @property
    def config(self) -> dict[str, Any]:
        return {
            "version": 1,
            "partner": {"id": OURS, "name": "Contoso Cloud"},
            "credentials": [_credential(at) for at in range(len(self.links))],
        }

    def links_with(self, *, replaced: bool = False) -> dict[tuple[str, str], str]:
        """All links as they are to be after an `apply`."""
        return {
            (tenant_id(at), object_id(at)): OURS if link is None or replaced else link
            for at, link in enumerate(self.links)
        }


def tenant_id(at: int) -> str:
    return f"{at:08d}-7e4a-4000-8000-000000000001"


def client_id(at: int) -> str:
    return f"{at:08d}-a990-4000-8000-000000000001"


def object_id(at: int) -> str:
    return f"{at:08d}-0b1d-4000-8000-000000000001"


def subscription_id(at: int) -> str:
    return f"{at:08d}-5b5c-4000-8000-000000000001"


def _tenant(at: int, link: str | None) -> Tenant:
    return Tenant(
        id=tenant_id(at),
        name=f"Customer {at}",
        principals=(
            Principal(
                object_id=object_id(at),
                app=client_id(at),
                link=Link(partner_id=link) if link else None,
            ),
        ),
        subscriptions=(Subscription(id=subscription_id(at), name=f"Production {at}", resource_groups=("app", "data")),),
        assignments=(
            Assignment(
                scope=f"/subscriptions/{subscription_id(at)}", role=CONTRIBUTOR, principal=object_id(at), name=_name(at)
            ),
        ),
    )


def _name(at: int) -> str:
    return f"{at:08d}-a551-4000-8000-000000000001"


def _credential(at: int) -> dict[str, Any]:
    return {
        "name": f"customer-{at:03d}",
        "tenant": tenant_id(at),
        "client_id": client_id(at),
        "auth": {"kind": "client-secret", "secret": "env:CUSTOMER_SECRET"},
        "tags": {"half": "even" if at % 2 == 0 else "odd"},
    }
