"""One target's answer: its link against the expected one, how much of it could be read, and what it holds."""

from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from pal_agent.attribution.holding import holdings
from pal_agent.model import (
    Code,
    HeldAssignment,
    Link,
    LinkFact,
    LinkState,
    Missing,
    NoLink,
    Reason,
    Status,
    SubscriptionFacts,
    TargetFacts,
    TargetResult,
    same,
)
from pal_agent.roles import Catalogue


def link_of(facts: TargetFacts) -> Link:
    """The link as reports show it, judged against the target's expected partner ID."""
    match facts.link:
        case Missing():
            return Link(state=LinkState.UNKNOWN)
        case NoLink():
            return Link(state=LinkState.MISSING)
        case LinkFact() as link:
            expected = same(link.partner_id, facts.target.expected_partner_id)
            return Link(
                state=LinkState.LINKED if expected else LinkState.OTHER,
                partner_id=link.partner_id,
                partner_name=link.partner_name,
                version=link.version,
                created_at=link.created_at,
                updated_at=link.updated_at,
            )


def is_earning(facts: TargetFacts) -> bool:
    """Whether what the target holds is credited to the expected partner ID, off-boarding (`link: absent`) or not."""
    return isinstance(facts.link, LinkFact) and same(facts.link.partner_id, facts.target.expected_partner_id)


def is_csp_automatic(facts: TargetFacts) -> bool:
    """Access as the CSP partner, which Microsoft credits without a link: there is no link to read, and no fault."""
    return isinstance(facts.link, Missing) and facts.link.reason.code is Code.CSP_AUTOMATIC


def is_unverified(facts: TargetFacts) -> bool:
    return isinstance(facts.link, Missing) and not is_csp_automatic(facts)


def summarise(facts: TargetFacts, catalogue: Catalogue) -> TargetResult:
    """A target as reports show it. Roles that it only may hold are not listed."""
    status, reason = _status(facts)
    return TargetResult(
        target=facts.target,
        object_id=facts.object_id,
        status=status,
        reason=reason,
        link=link_of(facts),
        role_assignments=_role_assignments(facts, catalogue),
        tenant_name=facts.tenant_name,
        subscription_count=len(_subscriptions(facts)),
    )


def _subscriptions(facts: TargetFacts) -> tuple[SubscriptionFacts, ...]:
    return facts.subscriptions if isinstance(facts.subscriptions, tuple) else ()


def _status(facts: TargetFacts) -> tuple[Status, Reason | None]:
    if isinstance(facts.link, Missing) and is_unverified(facts):
        return Status.UNVERIFIED, facts.link.reason
    missing = next(_missing(facts), None)
    if missing is not None:
        return Status.PARTIAL, missing.reason
    return Status.VERIFIED, facts.link.reason if isinstance(facts.link, Missing) else None


def _missing(facts: TargetFacts) -> Iterator[Missing]:
    """What could not be read beyond the link, in the order in which a reason is looked for."""
    if isinstance(facts.subscriptions, Missing):
        yield facts.subscriptions
    for seen in sorted(_subscriptions(facts), key=lambda seen: seen.subscription_id.lower()):
        reads = (seen.groups, seen.assignments, seen.authorizations, seen.time_bound, seen.eligible, seen.deny)
        yield from (read for read in reads if isinstance(read, Missing))


def _role_assignments(facts: TargetFacts, catalogue: Catalogue) -> tuple[HeldAssignment, ...]:
    """One row for each role assignment, although Azure lists an inherited one under every subscription.

    The lines of one Lighthouse delegation share its ID: principal and role tell them apart.
    """
    found: dict[tuple[str, ...], HeldAssignment] = {}
    for seen in sorted(_subscriptions(facts), key=lambda seen: seen.subscription_id.lower()):
        for holding in holdings(facts, seen, catalogue):
            if holding.certain:
                key = _key(holding.assignment)
                found[key] = _merged(found.get(key), holding.assignment)
    return tuple(found[key] for key in sorted(found))


def _key(assignment: HeldAssignment) -> tuple[str, ...]:
    names = attrgetter("id", "scope", "role_definition_id", "principal_id")(assignment)
    return tuple(name.lower() for name in names)


def _merged(one: HeldAssignment | None, other: HeldAssignment) -> HeldAssignment:
    """An assignment that any subscription shows as time-bound is; one that any shows as standing is, otherwise."""
    if one is None or one.standing is other.standing:
        return one or other
    told = [standing for standing in (one.standing, other.standing) if standing is not None]
    return replace(one, standing=all(told))
