"""A role that would count, but only for a time."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._held import Spot, not_counting
from pal_agent.findings._mends import LEAST_ROLE, LEAST_ROLE_ID
from pal_agent.model import Finding, Severity, Tier

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The role held here is in force only for a time.",
    meaning="""
        The credential is linked and holds an eligible role at this scope, but not a standing one: it was assigned
        with an end date, or was switched on in PIM for some hours. Nothing that it holds here or above both counts
        and is standing.
        """,
    matters="""
        Partner earned credit is given only for days on which the access was there all day. Influence is counted
        while the role is there, and ends with it, often without anybody noticing.
        """,
    mend="""
        Ask the customer for a role that is standing. The one with the least rights, beside the one that ends:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope SCOPE
        Or have the assignment itself made permanent: Azure portal, Privileged Identity Management, Azure resources,
        Assignments, Update, Permanently assigned.
        """,
    source="Microsoft's conditions for partner earned credit (access for the whole day):"
    " https://learn.microsoft.com/partner-center/billing/partner-earned-credit-explanation",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    for spot in not_counting(view, Tier.PEC, lambda held: held.eligible == "yes" and held.standing is False):
        yield view.finding(
            FINDING,
            message=f"{view.who} holds {spot.roles} at {spot.scope} only for a time:"
            " that earns no partner earned credit.",
            fix=_fix(spot, view.facts.object_id),
            scope=spot.scope,
        )


def _fix(spot: Spot, object_id: str | None) -> str:
    if any(held.role_definition_id == LEAST_ROLE_ID and held.via == "direct" for held in spot.held):
        # Azure holds one assignment for a principal, role and scope: granting it again would change nothing.
        return f"In PIM, update the assignment of {LEAST_ROLE} at {spot.scope} to be permanent."
    return spot.grant_to(object_id)
