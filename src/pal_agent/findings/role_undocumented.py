"""A custom role, or one that Microsoft's table does not name."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._held import not_counting
from pal_agent.model import Finding, Severity, Tier

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="Nobody has said whether the role held here counts.",
    meaning="""
        The credential is linked and holds a role at this scope that Microsoft's table of partner earned credit does
        not name: a custom role of the customer's, or one of the many built-in roles outside the table. No role that
        it holds here or above is an eligible role.
        """,
    matters="""
        Such a role may count or not; Microsoft doesn't say. This agent relies only on what is written, so it takes
        the scope as reached by the link (association), but not as influence or partner earned credit.
        """,
    mend="""
        Ask the customer for an eligible role beside it. The one with the least rights is Support Request Contributor:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope SCOPE
        An Owner or User Access Administrator of the scope has to run it. What is known of a role, with a guess
        that is marked as one:
        $ pal-agent roles NAME
        """,
    source="Microsoft's table of roles for partner earned credit, which names 122 of more than 900 built-in roles:"
    " https://learn.microsoft.com/partner-center/billing/azure-roles-perms-pec (dated 2022-11-08, read 2023-10)",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    for spot in not_counting(view, Tier.INFLUENCE, lambda held: held.eligible == "undocumented"):
        yield view.finding(
            FINDING,
            message=f"{view.who} holds {spot.roles} at {spot.scope}, which Microsoft's table does not name:"
            " it is not taken to count.",
            fix=spot.grant_to(view.facts.object_id),
            scope=spot.scope,
        )
