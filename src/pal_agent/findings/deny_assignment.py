"""A deny assignment stands in the way of a role that would count."""

from collections.abc import Iterator
from shlex import quote

from pal_agent import scopes
from pal_agent.attribution import Holding
from pal_agent.attribution.holding import reaches
from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._held import certain
from pal_agent.findings._mends import noted
from pal_agent.model import DenyAssignment, Finding, Severity, SubscriptionFacts

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="A deny assignment takes the credential's access away.",
    meaning="""
        The credential is linked and holds an eligible role, but a deny assignment that applies to it is in force at
        this scope, inside or above the scope of the role. Few are written by hand: most come from deployment stacks,
        managed applications or Azure itself.
        """,
    matters="""
        Microsoft may refuse partner earned credit where access is denied, so this agent counts none at the denied
        scope. Scopes above a deny assignment are not lowered by it.
        """,
    mend="""
        See who made it, and what it forbids:
        $ az rest --method get --url "DENY_ASSIGNMENT_ID?api-version=2022-04-01"
        If it comes from a deployment stack, have its owner exclude this credential when updating the stack:
        $ az stack sub create --name STACK --location LOCATION --template-file FILE --action-on-unmanage detachAll \
--deny-settings-mode denyWriteAndDelete --deny-settings-excluded-principals OBJECT_ID
        """,
    source="Microsoft Learn, 'List Azure deny assignments':"
    " https://learn.microsoft.com/azure/role-based-access-control/deny-assignments",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    found: dict[str, dict[str, DenyAssignment]] = {}
    for seen, held in certain(view):
        for deny in _in_the_way(seen, held):
            found.setdefault(scopes.parse(deny.scope).path, {})[deny.id.lower()] = deny
    for denials in found.values():
        yield _finding(view, [denials[key] for key in sorted(denials)])


def _in_the_way(seen: SubscriptionFacts, held: list[Holding]) -> Iterator[DenyAssignment]:
    """Those that some assignment suffers from. No other assignment can make up for it: a deny assignment applies
    to the target, whichever of its assignments is meant."""
    eligible = [holding for holding in held if holding.assignment.eligible == "yes"]
    for deny in eligible[0].denials if eligible else ():
        if any(_meet(deny, holding.assignment.scope, seen) for holding in eligible):
            yield deny


def _meet(deny: DenyAssignment, scope: str, seen: SubscriptionFacts) -> bool:
    """Whether the deny assignment reaches anything that an assignment at the scope covers."""
    if reaches(deny, scope) or scopes.is_at_or_above(scope, deny.scope):
        return True
    # Two management groups: which is above can't be seen, but both are above the subscription.
    subscription = scopes.of_subscription(seen.subscription_id)
    return reaches(deny, subscription) and scopes.is_at_or_above(scope, subscription)


def _finding(view: TargetView, denials: list[DenyAssignment]) -> Finding:
    scope = min(deny.scope for deny in denials)
    names = " and ".join(sorted({deny.name or "without a name" for deny in denials}))
    url = quote(f"{denials[0].id}?api-version=2022-04-01")
    return view.finding(
        FINDING,
        message=f"A deny assignment ({names}) at {scope} applies to {view.who}: no partner earned credit there.",
        fix=noted(
            f"az rest --method get --url {url}",
            f"shows who made it; have them exclude principal {view.facts.object_id}",
        ),
        scope=scope,
    )
