"""The credential is linked, but to another Partner ID than the configuration expects."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import link
from pal_agent.model import Finding, LinkState, Severity

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.ERROR,
    title="The credential is linked to another Partner ID than yours.",
    meaning="""
        The credential has a Partner Admin Link in this tenant, but for a Partner ID other than the one in your
        configuration: another location of your company, a mistyped number, or another partner altogether.
        """,
    matters="""
        What this credential manages is credited to that other Partner ID, not to yours. A credential can be linked
        to one Partner ID at a time.
        """,
    mend="""
        First find out whose the other Partner ID is. When both partners really work for this customer, each needs
        a credential of its own. If the link may also carry Power Platform credit, replacing it changes that too.
        If it is simply wrong, replace it; the agent never does so without being told:
        $ pal-agent apply --replace --target CREDENTIAL@TENANT
        By hand, signed in as the credential itself:
        $ az managementpartner show
        $ az managementpartner update --partner-id PARTNER_ID
        If the other ID is right, write it into the configuration as partner_id of this credential.
        """,
    source="Microsoft Learn, 'Link a partner ID to your account that's used to manage customers':"
    " https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    now = view.result.link
    if view.target.link == "absent" or now.state is not LinkState.OTHER:
        return
    expected = view.target.expected_partner_id
    other = f"{now.partner_id} ({now.partner_name})" if now.partner_name else now.partner_id
    yield view.finding(
        FINDING,
        message=f"{view.who} is linked to Partner ID {other}, not to {expected}: that partner gets the credit.",
        fix=link(view.target, f"update --partner-id {expected}", "--replace"),
    )
