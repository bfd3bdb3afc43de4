"""All that a subscription earns hangs on one credential."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, SubscriptionView
from pal_agent.findings._lacking import give_role
from pal_agent.findings._mends import grant, noted
from pal_agent.model import Finding, Severity, State, same

FINDING = Kind(
    module=__name__,
    about="subscription",
    severity=Severity.INFO,
    title="All that this subscription earns hangs on one credential.",
    meaning="""
        This subscription and its resource groups earn in the required tier, and all of it comes through the links
        and roles of one credential.
        """,
    matters="""
        When that service principal is deleted or disabled, its role taken away or its link overwritten, the credit
        stops that day, and is not back-dated. Nothing is wrong now.
        """,
    mend="""
        Give a second credential of yours an eligible role there, and add it to the configuration:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope /subscriptions/SUBSCRIPTION_ID
        $ pal-agent apply --target SECOND_CREDENTIAL@TENANT
        Or leave it, and let this agent watch the one, every day.
        """,
    source="Credit is the union over all linked credentials, and ends with the assignment: Microsoft Learn, 'Link a"
    " partner ID to your account that's used to manage customers':"
    " https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id",
)

EARNING = (State.FULL, State.PARTIAL)


def find(view: SubscriptionView, context: Context) -> Iterator[Finding]:
    names = _credentials(view, context)
    if len({name.lower() for name in names}) != 1:
        return
    only = min(names)
    yield view.finding(
        FINDING,
        message=f"All that {view.what} earns comes through {only}: if that is lost, so is the credit.",
        fix=_second(view, only),
    )


def _credentials(view: SubscriptionView, context: Context) -> set[str]:
    """The names behind what it earns in the required tier; none when it earns nothing there."""
    if view.required(context) not in EARNING:
        return set()
    earning = [group.by for group in view.result.resource_groups if group.tiers.of(context.require) in EARNING]
    return {source.credential for sources in (view.result.by, *earning) for source in sources}


def _second(view: SubscriptionView, only: str) -> str:
    """A role for another credential that sees the subscription already, else for one still to be made."""
    for sighting in view.sightings:
        target = sighting.facts.target
        if sighting.facts.object_id and target.link == "present" and not same(target.credential, only):
            return give_role(view, sighting)
    return noted(grant(None, view.result.scope), "OBJECT_ID: that of a second credential of yours")
