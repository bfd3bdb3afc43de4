"""The subscription's offer never counts."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, SubscriptionView
from pal_agent.findings._offers import is_excluded
from pal_agent.model import Finding, Severity

FINDING = Kind(
    module=__name__,
    about="subscription",
    severity=Severity.INFO,
    title="The subscription is of an offer that never counts.",
    meaning="""
        The subscription was bought as (or given away as) a free trial, an internal, sponsored, student or benefit
        offer. Azure tells the offer by the subscription's quota ID.
        """,
    matters="""
        Microsoft doesn't count consumption of such offers for partners, with a link or without. That is why the agent
        does not complain about missing attribution here.
        """,
    mend="""
        Nothing is to be mended. To see the offer:
        $ az rest --method get --url "/subscriptions/SUBSCRIPTION_ID?api-version=2022-12-01" --query \
subscriptionPolicies
        If real workloads run there, talk to the customer about moving them to a paid subscription.
        """,
    source="Partner Center, rules for the Azure designations: support, internal, benefit and trial offers are not"
    " counted. Quota IDs of offers:"
    " https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgmt-data",
)


def find(view: SubscriptionView, context: Context) -> Iterator[Finding]:
    if not is_excluded(view.result.quota_id):
        return
    yield view.finding(
        FINDING,
        message=f"The {view.what} is of offer {view.result.quota_id}, which Microsoft does not count for partners.",
        fix="Nothing to mend; real workloads belong in a paid subscription, where they count.",
    )
