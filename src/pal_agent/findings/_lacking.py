"""What a subscription lacks to be attributed, and who can best be given it."""

from pal_agent.attribution import Sighting, is_earning
from pal_agent.attribution.holding import is_delegated
from pal_agent.findings import Context, SubscriptionView
from pal_agent.findings._mends import agent, delegate, grant
from pal_agent.model import LinkFact, NoLink, State, Tier


def why(view: SubscriptionView, context: Context) -> str:
    """The first condition that nothing meets, as the end of a sentence."""
    if not any(is_earning(sighting.facts) for sighting in view.sightings):
        return "no credential that sees it is linked to the expected Partner ID"
    tiers = view.result.tiers
    if tiers.association is State.NONE:
        return "the linked credentials hold no role in it"
    if tiers.influence is State.NONE and context.require is not Tier.ASSOCIATION:
        return "no role that the linked credentials hold in it is an eligible role"
    return "what the linked credentials hold in it is in force only for a time, or denied"


def mend(view: SubscriptionView) -> str:
    """One step, the next one: link a credential that sees it, else give a linked one a role that counts."""
    wanted = [sighting for sighting in view.sightings if sighting.facts.target.link == "present"]
    earning = [sighting for sighting in wanted if is_earning(sighting.facts)]
    if earning:
        return give_role(view, min(earning, key=_asking))
    for sighting in wanted:
        match sighting.facts.link:
            case NoLink():
                return agent("apply", sighting.facts.target)
            case LinkFact():
                return agent("apply", sighting.facts.target, "--replace")
    return grant(None, view.result.scope)


def give_role(view: SubscriptionView, sighting: Sighting) -> str:
    give = delegate if is_delegated(sighting.facts, sighting.seen) else grant
    return give(sighting.facts.object_id, view.result.scope)


def _asking(sighting: Sighting) -> tuple[bool, tuple[str, str]]:
    """How much it is to ask: a role in the customer's own tenant is less than a new delegation."""
    return (is_delegated(sighting.facts, sighting.seen), sighting.facts.target.key)
