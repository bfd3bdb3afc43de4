"""Azure's name for our Partner ID is not the one in the configuration."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.model import Finding, LinkState, Severity

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The linked Partner ID bears another name than you expect.",
    meaning="""
        The link carries the Partner ID from your configuration, but Azure's name for that Partner ID differs from
        partner.name in the configuration. Capitals and blanks at either end make no difference.
        """,
    matters="""
        Either the name was written differently, or the Partner ID belongs to another company or location: then all
        your links are credited to somebody else.
        """,
    mend="""
        Look the Partner ID up in Partner Center (Account settings, Organization profile, Identifiers).
        If the ID is right, write the name that Azure shows into the configuration as partner.name.
        If the ID is wrong, correct partner.id and let the agent replace the links:
        $ az managementpartner show
        $ pal-agent plan
        $ pal-agent apply --replace
        """,
    source="The field partnerName of Azure's answer about the link:"
    " https://learn.microsoft.com/rest/api/managementpartner/partner/get",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    now, expected = view.result.link, context.partner_name
    if now.state is not LinkState.LINKED or now.partner_id != context.partner_id:
        return
    if not expected or not now.partner_name or _plain(expected) == _plain(now.partner_name):
        return
    yield view.finding(
        FINDING,
        message=f"{view.who} is linked to {now.partner_id}, which Azure calls {now.partner_name}, not {expected}.",
        fix=f"Look {now.partner_id} up in Partner Center; then correct partner.name or partner.id in the settings.",
    )


def _plain(name: str) -> str:
    return name.strip().casefold()
