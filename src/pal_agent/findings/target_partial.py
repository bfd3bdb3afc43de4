"""The link was read, but not everything behind it."""

from collections.abc import Iterator
from shlex import quote

from pal_agent import scopes
from pal_agent.attribution.holding import is_delegated
from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import after, delegate, grant, noted
from pal_agent.model import Code, Finding, Missing, Reason, Severity, Status, SubscriptionFacts

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The link was read, but not everything behind it.",
    meaning="""
        The agent knows the link of this target, but could not read something after it: the list of subscriptions, or
        the resource groups, roles, PIM or deny assignments of one of them; the message names the first reason. With a
        subscription as its scope, the finding means something else: a Lighthouse delegation gives a role to a group,
        and the agent can't see whether the credential is in that group.
        """,
    matters="""
        Whatever the missing facts could change is reported as unknown, never as none. The run is incomplete and ends
        with exit code 3, unless it is about a group that would change nothing.
        """,
    mend="""
        See which reads fail and what each costs in the report:
        $ pal-agent doctor --target CREDENTIAL@TENANT
        If access is missing, ask the customer for a role that may read role assignments. The one with the least rights
        that also counts:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope /subscriptions/SUBSCRIPTION_ID
        For a Lighthouse group, ask in your own tenant, then list the group under `groups:` of the credential if the
        answer is true:
        $ az ad group member check --group GROUP_OBJECT_ID --member-id OBJECT_ID
        """,
    source="Microsoft Learn, 'List Azure role assignments' (listing needs"
    " Microsoft.Authorization/roleAssignments/read):"
    " https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    reason = view.result.reason
    if view.result.status is Status.PARTIAL and reason is not None:
        yield view.finding(
            FINDING,
            message=f"Not everything of {view.who} could be read ({reason.code}): {reason.message}",
            fix=_fix(view, reason),
        )
    for seen, held in view.held:
        groups = {holding.assignment.principal_id for holding in held if not holding.certain}
        if groups:
            yield _unknown_groups(view, seen, sorted(groups))


def _fix(view: TargetView, reason: Reason) -> str:
    closed = [seen for seen in view.subscriptions if _is_closed(seen)]
    if reason.code is not Code.FORBIDDEN or not closed:
        return after(reason.code, view.target)
    first = min(closed, key=lambda seen: seen.subscription_id.lower())
    give = delegate if is_delegated(view.facts, first) else grant
    return give(view.facts.object_id, scopes.of_subscription(first.subscription_id))


def _is_closed(seen: SubscriptionFacts) -> bool:
    """Whether something is forbidden there that the least role opens (delegations it doesn't)."""
    reads = (seen.groups, seen.assignments, seen.time_bound, seen.eligible, seen.deny)
    return any(isinstance(read, Missing) and read.reason.code is Code.FORBIDDEN for read in reads)


def _unknown_groups(view: TargetView, seen: SubscriptionFacts, groups: list[str]) -> Finding:
    own = quote(view.facts.object_id or "OBJECT_ID")
    return view.finding(
        FINDING,
        message=f"The Lighthouse delegation of subscription {seen.name} ({seen.subscription_id}) gives roles to"
        f" {', '.join(groups)}; if {view.who} is a member, list the group under groups: of the credential.",
        fix=noted(
            f"az ad group member check --group {quote(groups[0])} --member-id {own}",
            "if true, add it to groups: of the credential in the configuration",
        ),
        scope=scopes.of_subscription(seen.subscription_id),
    )
