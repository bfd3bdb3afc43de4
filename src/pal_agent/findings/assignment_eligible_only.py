"""A role that could be switched on, and is not."""

from collections.abc import Iterable, Iterator

from pal_agent import scopes
from pal_agent.attribution import is_earning
from pal_agent.attribution.holding import is_readable
from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import delegate, grant
from pal_agent.model import Assignment, Authorization, Finding, ScheduleInstance, Severity, SubscriptionFacts

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The role could be switched on here, but is not.",
    meaning="""
        The credential is linked and has an eligible assignment at this scope: somebody may switch the role on in PIM
        when it is needed. At the moment it is not on. The same goes for the eligible authorizations of a Lighthouse
        delegation, which a service principal can't switch on at all.
        """,
    matters="""
        A role that is not on counts for nothing: neither influence nor partner earned credit.
        """,
    mend="""
        Ask the customer for a role that is standing. The one with the least rights that counts:
        $ az role assignment create --assignee-object-id OBJECT_ID --assignee-principal-type ServicePrincipal \
--role "Support Request Contributor" --scope SCOPE
        The eligible assignment may stay for the work that needs more. In a Lighthouse delegation, the same role goes
        under authorizations, not under eligibleAuthorizations, and the customer accepts the new version.
        """,
    source="Microsoft Learn, 'Assign Azure resource roles in Privileged Identity Management' (eligible and active):"
    " https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-resource-roles-assign-roles",
)

Grant = ScheduleInstance | Assignment | Authorization


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    for grants in _by_scope(view):
        scope = min(each.scope for each in grants)
        roles = " and ".join(sorted({_role(view, context, each) for each in grants}))
        give = delegate if all(isinstance(each, Authorization) for each in grants) else grant
        yield view.finding(
            FINDING,
            message=f"{view.who} could switch on {roles} at {scope}, but it is not on: it counts for nothing.",
            fix=give(view.facts.object_id, scope),
            scope=scope,
        )


def _by_scope(view: TargetView) -> Iterator[list[Grant]]:
    found: dict[str, list[Grant]] = {}
    for seen in view.subscriptions if is_earning(view.facts) else ():
        # Where the assignments could not be read, nobody knows whether the role is on.
        for each in _inactive(view, seen) if is_readable(view.facts, seen) else ():
            found.setdefault(scopes.parse(each.scope).path, []).append(each)
    yield from (grants for _, grants in sorted(found.items()))


def _inactive(view: TargetView, seen: SubscriptionFacts) -> Iterator[Grant]:
    assignments = seen.assignments if isinstance(seen.assignments, tuple) else ()
    authorizations = seen.authorizations if isinstance(seen.authorizations, tuple) else ()
    active = _keys(assignments) | _keys(each for each in authorizations if each.standing)
    own = {principal.lower() for principal in (view.facts.object_id, *view.target.groups) if principal}
    offered = [each for each in authorizations if not each.standing and each.principal_id.lower() in own]
    eligible: tuple[Grant, ...] = seen.eligible if isinstance(seen.eligible, tuple) else ()
    yield from (each for each in eligible + tuple(offered) if _key(each) not in active)


def _keys(grants: Iterable[Grant]) -> set[tuple[str, str, str]]:
    return {_key(each) for each in grants}


def _key(each: Grant) -> tuple[str, str, str]:
    return (each.principal_id.lower(), each.role_definition_id.lower(), scopes.parse(each.scope).path)


def _role(view: TargetView, context: Context, each: Grant) -> str:
    custom = {guid.lower(): name for guid, name in view.facts.role_names}
    role = each.role_definition_id
    return context.catalogue.name(role) or custom.get(role.lower(), role)
