"""The text of a first configuration: commented, and right as it stands: only what is filled in can be wrong."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

from pal_agent.config.tables import Customer, harmless

# Ten digits and no partner's: Azure refuses it, so that a starter nobody filled in links nobody.
NO_PARTNER = "9999999999"
NO_ID = "00000000-0000-0000-0000-000000000000"

HEAD = """\
# pal-agent: who we are, how to sign in, and what we want. No secret stands in here, only where each is to be found.
# Try it with `pal-agent check`; every key is explained in the example configuration of the documentation.
version: 1

partner:
  id: {partner_id} # the partner location (PLA) ID, in quotes; not the partner global ID
  # name: Contoso Cloud # compared with the partner name that Azure returns

credentials:
"""

ENTRY = """\
  - name: {name}
    tenant: {tenant}
    client_id: {client_id} # the application (client) ID
    auth: {{kind: client-secret, secret: {reference}}} # or file:PATH, or keyvault:https://VAULT/secrets/NAME
"""

SHARED = """\
  - name: customers
    tenants_file: {file} # CSV with a column tenant_id
    client_id: {client_id} # one multi-tenant application, consented to in each of these tenants
    auth: {{kind: client-secret, secret: "env:PAL_AGENT_SECRET"}} # or file:PATH, or keyvault:https://VAULT/secrets/NAME
"""

TAIL = """
policy:
  require: influence # association, influence or pec: what a subscription needs to count as attributed

# exceptions: # findings that are known and accepted, until a day
#   - finding: role-not-eligible
#     scope: /subscriptions/<id>/resourceGroups/legacy*
#     reason: read-only contract
#     owner: delivery@example.com
#     expires: 2027-01-31

safety:
  max_change_percent: 30 # apply refuses to change more of the existing links than this, when more than 10 exist

history:
  path: .pal-agent/history.db # relative to this file; or none
"""


def blank(partner_id: str) -> str:
    """One credential to fill in."""
    return _around(partner_id, _filled(slug="first-customer", tenant=NO_ID))


def for_each(customers: Iterable[Customer], partner_id: str) -> str:
    """One credential for each customer; every client ID is still to be filled in."""
    return _around(partner_id, "".join(_entry(slug, customer) for slug, customer in _named(customers)))


def for_all(file: str, partner_id: str) -> str:
    """One credential for all customers of a CSV file; its path is relative to the configuration."""
    return _around(partner_id, SHARED.format(file=_quoted(file), client_id=_quoted(NO_ID)))


def _around(partner_id: str, credentials: str) -> str:
    return HEAD.format(partner_id=_quoted(partner_id)) + credentials + TAIL


def _entry(slug: str, customer: Customer) -> str:
    company = harmless(customer.company)
    tags = f"    tags: {{customer: {_quoted(company)}}}\n" if company else ""
    return _filled(slug=slug, tenant=customer.tenant_id) + tags


def _filled(*, slug: str, tenant: str) -> str:
    variable = f"{slug.upper().replace('-', '_')}_SECRET"
    reference = f"env:CUSTOMER_{variable}" if variable[0].isdigit() else f"env:{variable}"
    return ENTRY.format(
        name=_quoted(slug), tenant=_quoted(tenant), client_id=_quoted(NO_ID), reference=_quoted(reference)
    )


def _named(customers: Iterable[Customer]) -> Iterator[tuple[str, Customer]]:
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for customer in customers:
        base = slug = _slug(customer.company) or _slug(customer.domain.split(".")[0]) or "customer"
        while slug in taken:
            counts[base] = counts.get(base, 1) + 1
            slug = f"{base}-{counts[base]}"
        taken.add(slug)
        yield slug, customer


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")


def _quoted(text: str) -> str:
    """JSON's string is one of YAML's, once the text is harmless; quoted, nothing in it means anything to YAML."""
    return json.dumps(text, ensure_ascii=False)
