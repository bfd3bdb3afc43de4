"""A role that Microsoft's table marks as not counting."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._held import not_counting
from pal_agent.model import Finding, Severity, Tier

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The role held here is one that Microsoft does not count.",
    meaning="""
        The credential is linked and holds a role at this scope, but Microsoft's table of partner earned credit marks
        that role as not eligible (Reader is the best-known case), and no role that it holds here or above is an
        eligible role.
        """,
    matters="""
        The link reaches this scope (association), but neither influence nor partner earned credit is counted for it.
        """,
    mend="""
        Ask the customer for an eligible role at this scope. The one with the least rights is Support Request
        Contributor: it may read the role assignments and open support requests, nothing else.
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope SCOPE
        An Owner or User Access Administrator of the scope has to run it. What the table says of a role:
        $ pal-agent roles Reader
        If the customer grants no more than this role, note it as an exception in the configuration.
        """,
    source="Microsoft's table of roles for partner earned credit:"
    " https://learn.microsoft.com/partner-center/billing/azure-roles-perms-pec (dated 2022-11-08, read 2023-10)",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    for spot in not_counting(view, Tier.INFLUENCE, lambda held: held.eligible == "no"):
        yield view.finding(
            FINDING,
            message=f"{view.who} holds {spot.roles} at {spot.scope}, which Microsoft's table marks as not counting.",
            fix=spot.grant_to(view.facts.object_id),
            scope=spot.scope,
        )
