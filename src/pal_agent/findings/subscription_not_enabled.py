"""The subscription is in some other state than Enabled."""

from collections.abc import Iterator
from shlex import quote

from pal_agent.findings import Context, Kind, SubscriptionView
from pal_agent.model import Finding, Severity

FINDING = Kind(
    module=__name__,
    about="subscription",
    severity=Severity.INFO,
    title="The subscription is not enabled.",
    meaning="""
        Azure gives this subscription another state than Enabled: Warned or PastDue (a bill is open), Disabled
        (cancelled, or out of credit) or Deleted (to vanish after some weeks).
        """,
    matters="""
        A subscription that doesn't run consumes nothing, so there is nothing to credit. That is why the agent does
        not complain about missing attribution here. It may be the end of a customer, or an unpaid bill.
        """,
    mend="""
        Ask the customer whether the subscription is still wanted. If so, its billing owner pays the bill or enables it:
        $ az account subscription enable --subscription-id SUBSCRIPTION_ID
        If not, nothing is to be done; it goes from the list when Azure deletes it.
        """,
    source="Microsoft Learn, 'Azure subscription states':"
    " https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states",
)


def find(view: SubscriptionView, context: Context) -> Iterator[Finding]:
    if view.enabled:
        return
    yield view.finding(
        FINDING,
        message=f"The {view.what} is {view.result.state}, not Enabled: there is little or nothing to credit.",
        fix="If the customer still wants it: az account subscription enable --subscription-id"
        f" {quote(view.result.subscription_id)}",
    )
