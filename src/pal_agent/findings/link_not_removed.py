"""The configuration wants no link here, and there is one."""

from collections.abc import Iterator
from shlex import quote

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import link
from pal_agent.model import Finding, Severity

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The link should be gone, and is still there.",
    meaning="""
        The configuration says `link: absent` for this credential, because the work for this customer has ended,
        but the credential still carries a Partner Admin Link, yours or somebody else's.
        """,
    matters="""
        As long as link and roles exist, the customer's consumption goes on being credited, to a partner who no longer
        works for them. A customer may object, and Microsoft's rules ask for a real engagement.
        """,
    mend="""
        Remove the link before the credential's secret ends: without a secret nobody can.
        $ pal-agent apply --remove --target CREDENTIAL@TENANT
        By hand, signed in as the credential itself:
        $ az managementpartner delete --partner-id PARTNER_ID
        If the customer deletes the service principal, its link ends with it.
        """,
    source="Microsoft Learn, 'Link a partner ID to your account that's used to manage customers' (changing and"
    " removing): https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    now = view.result.link
    if view.target.link == "present" or now.partner_id is None:
        return
    yield view.finding(
        FINDING,
        message=f"{view.who} should have no link any more, and is still linked to Partner ID {now.partner_id}.",
        fix=link(view.target, f"delete --partner-id {quote(now.partner_id)}", "--remove"),
    )
