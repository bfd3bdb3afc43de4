"""Only a part of the subscription counts in the required tier."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, SubscriptionView
from pal_agent.findings._lacking import mend
from pal_agent.findings._offers import is_excluded
from pal_agent.model import Finding, Severity, State

FINDING = Kind(
    module=__name__,
    about="subscription",
    severity=Severity.WARNING,
    title="Only a part of this subscription counts for you.",
    meaning="""
        Your linked credentials hold what the required tier asks for in some resource groups or resources of this
        subscription, but not over the whole of it.
        """,
    matters="""
        Only what those resource groups consume is credited. New resource groups are not, until somebody grants a role
        there too. That may be just what was agreed with the customer.
        """,
    mend="""
        Ask for the role over the whole subscription. The one with the least rights that counts:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope /subscriptions/SUBSCRIPTION_ID
        An Owner or User Access Administrator of the subscription has to run it. If the part is all you look after,
        note it as an exception in the configuration.
        """,
    source="Credit follows the scope of the role downward. Microsoft Learn, 'Link a partner ID to your account that's"
    " used to manage customers':"
    " https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id",
)


def find(view: SubscriptionView, context: Context) -> Iterator[Finding]:
    if not view.enabled or is_excluded(view.result.quota_id) or view.required(context) is not State.PARTIAL:
        return
    groups = view.result.resource_groups
    full = sum(group.tiers.of(context.require) is State.FULL for group in groups)
    yield view.finding(
        FINDING,
        message=f"Only a part of {view.what} counts for {context.require}:"
        f" {full} of {len(groups)} resource groups do in full.",
        fix=mend(view),
    )
