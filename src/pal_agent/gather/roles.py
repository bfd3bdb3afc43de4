"""Names of custom roles: the catalogue knows the built-in ones. Each is asked for once for a target; none is needed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pal_agent import roles
from pal_agent.cloud.azure import Azure
from pal_agent.cloud.exchange import Exchange
from pal_agent.cloud.principal import Principal
from pal_agent.gather.fields import child, optional_text
from pal_agent.model import Missing, SubscriptionFacts

if TYPE_CHECKING:
    from pal_agent.gather import Conversation

API_VERSION = "2022-04-01"


class RoleNames:
    """What custom roles are called, by tenant and GUID; None where Azure would not say."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str | None] = {}

    def conversation(
        self, principal: Principal, azure: Azure, seen: tuple[SubscriptionFacts, ...]
    ) -> "Conversation[tuple[tuple[str, str], ...]]":
        """The names of the custom roles held there, sorted by GUID."""
        tenant = principal.target.tenant_id.lower()
        wanted = _custom(seen)
        unknown = {guid: where for guid, where in wanted.items() if (tenant, guid) not in self._known}
        answers = yield tuple(self._question(principal, azure, where, guid) for guid, where in unknown.items())
        for guid, name in zip(unknown, answers, strict=True):
            self._known[tenant, guid] = None if isinstance(name, Missing) else name
        names = {guid: self._known[tenant, guid] for guid in wanted}
        return tuple(sorted((guid, name) for guid, name in names.items() if name is not None))

    def _question(self, principal: Principal, azure: Azure, subscription_id: str, guid: str) -> Exchange[Any]:
        path = f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{guid}"

        def ask() -> str | None:
            content = azure.get(principal, path, {"api-version": API_VERSION})
            return optional_text(child(content, "properties"), "roleName")

        return Exchange(principal, ask)


def _custom(seen: Iterable[SubscriptionFacts]) -> dict[str, str]:
    """Role GUIDs that the catalogue does not know, each with a subscription to ask in."""
    catalogue = roles.bundled()
    return {
        held.role_definition_id: facts.subscription_id
        for facts in seen
        if not isinstance(facts.assignments, Missing)
        for held in facts.assignments
        if catalogue.name(held.role_definition_id) is None
    }
