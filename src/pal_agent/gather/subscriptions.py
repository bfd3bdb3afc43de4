"""The subscriptions that the caller sees, and their resource groups."""

from collections.abc import Iterable

from pal_agent.gather.fields import GUID, Json, child, children, each, optional_text, text, wrong
from pal_agent.model import SubscriptionFacts


def understand(elements: Iterable[Json]) -> tuple[SubscriptionFacts, ...]:
    """Sorted by ID, each once. IDs are put into paths later, so anything but a GUID is refused."""
    found = {facts.subscription_id.lower(): facts for facts in each(elements, subscription)}
    return tuple(found[key] for key in sorted(found))


def subscription(content: Json) -> SubscriptionFacts:
    subscription_id = text(content, "subscriptionId")
    if not GUID.fullmatch(subscription_id):
        raise wrong("`subscriptionId` is not a GUID")
    policies = child(content, "subscriptionPolicies") if content.get("subscriptionPolicies") is not None else {}
    return SubscriptionFacts(
        subscription_id=subscription_id,
        name=optional_text(content, "displayName") or "",
        tenant_id=text(content, "tenantId"),
        state=text(content, "state"),
        quota_id=optional_text(policies, "quotaId"),
        managed_by_tenants=tuple(text(tenant, "tenantId") for tenant in children(content, "managedByTenants")),
    )


def group_names(elements: Iterable[Json]) -> tuple[str, ...]:
    found = {name.lower(): name for name in each(elements, lambda group: text(group, "name"))}
    return tuple(found[key] for key in sorted(found))
