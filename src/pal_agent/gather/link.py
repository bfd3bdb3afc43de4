"""The link of the caller."""

from pal_agent.cloud.azure import Azure
from pal_agent.cloud.principal import Principal
from pal_agent.gather.fields import Json, child, optional_text, text, wrong
from pal_agent.model import LinkFact, NoLink, same


def ask(azure: Azure, principal: Principal) -> LinkFact | NoLink:
    content = azure.link(principal)
    return NoLink() if content is None else understand(content, principal)


def understand(content: Json, principal: Principal) -> LinkFact | NoLink:
    """A link in any state but Active reads as none. One of somebody else is not to be believed."""
    properties = child(content, "properties")
    identity = principal.identity
    for name, own in (("objectId", identity and identity.object_id), ("tenantId", identity and identity.tenant_id)):
        theirs = optional_text(properties, name)
        if theirs and own and not same(theirs, own):
            raise wrong(f"the link's `{name}` is not the caller's")
    if not same(text(properties, "state"), "Active"):
        return NoLink()
    version = properties.get("version")
    return LinkFact(
        partner_id=text(properties, "partnerId"),
        partner_name=optional_text(properties, "partnerName"),
        version=version if isinstance(version, int) else None,
        created_at=optional_text(properties, "createdTime"),
        updated_at=optional_text(properties, "updatedTime"),
    )
