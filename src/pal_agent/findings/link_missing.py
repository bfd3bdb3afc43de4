"""The credential has no link at all."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import link
from pal_agent.model import Finding, LinkState, Severity

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.ERROR,
    title="The credential is linked to no Partner ID.",
    meaning="""
        Azure was asked, signed in as this credential, which Partner ID it works for, and answered: none.
        The Partner Admin Link was never made in this tenant, or it was removed, or the service principal was
        created anew (a new one starts without a link).
        """,
    matters="""
        Without a link nothing that this credential manages is credited to you, whatever roles it holds. Credit
        is not back-dated: every day without a link is lost.
        """,
    mend="""
        Let the agent make the link. It shows what it would do first, and reads the link back afterwards:
        $ pal-agent plan --target CREDENTIAL@TENANT
        $ pal-agent apply --target CREDENTIAL@TENANT
        By hand, signed in as the credential itself (nobody else can make its link):
        $ az login --service-principal --tenant TENANT --username CLIENT_ID --allow-no-subscriptions
        $ az managementpartner create --partner-id PARTNER_ID
        """,
    source="Microsoft Learn, 'Link a partner ID to your account that's used to manage customers':"
    " https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    if view.target.link == "absent" or view.result.link.state is not LinkState.MISSING:
        return
    expected = view.target.expected_partner_id
    yield view.finding(
        FINDING,
        message=f"{view.who} is linked to no Partner ID: nothing it manages is credited to {expected}.",
        fix=link(view.target, f"create --partner-id {expected}"),
    )
