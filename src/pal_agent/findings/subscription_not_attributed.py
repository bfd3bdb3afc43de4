"""Nothing in the subscription counts in the required tier."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, SubscriptionView
from pal_agent.findings._lacking import mend, why
from pal_agent.findings._offers import is_excluded
from pal_agent.model import Finding, Severity, State

FINDING = Kind(
    module=__name__,
    about="subscription",
    severity=Severity.ERROR,
    title="Nothing in this subscription counts for you.",
    meaning="""
        At least one of your credentials sees this subscription, but none that is linked to the expected Partner ID
        holds in it, or above it, what the required tier asks for. Everything that matters could be read: this is a
        no, not a don't-know.
        """,
    matters="""
        You work in this subscription, and what it consumes is credited to nobody, or to somebody else. Credit is
        not back-dated.
        """,
    mend="""
        The message says what is lacking. First the link, if that is it:
        $ pal-agent apply --target CREDENTIAL@TENANT
        Then a standing, eligible role over the whole subscription; the one with the least rights is Support Request
        Contributor. An Owner or User Access Administrator of the subscription runs:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope /subscriptions/SUBSCRIPTION_ID
        If nothing should count here, note it as an exception in the configuration.
        """,
    source="Microsoft Learn, 'Link a partner ID to your account that's used to manage customers', and the table of"
    " roles: https://learn.microsoft.com/partner-center/billing/azure-roles-perms-pec",
)


def find(view: SubscriptionView, context: Context) -> Iterator[Finding]:
    if not view.enabled or is_excluded(view.result.quota_id) or view.required(context) is not State.NONE:
        return
    yield view.finding(
        FINDING,
        message=f"Nothing in {view.what} counts for {context.require}: {why(view, context)}.",
        fix=mend(view),
    )
