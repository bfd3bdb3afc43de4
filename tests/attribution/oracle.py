"""An independent, slow computation of attribution, written from the contract's text and not from the agent's code.

It knows no flags for what may be missing. It judges two worlds in which nothing is missing: the worst that the facts
allow (what could not be read turns out against us) and the best, and compares them. It shares only `model` with the
agent.
"""

import re
from dataclasses import replace

from pal_agent.model import (
    Assignment,
    Authorization,
    DenyAssignment,
    LinkFact,
    Missing,
    NoLink,
    NotAsked,
    ScheduleInstance,
    SubscriptionFacts,
    Target,
    TargetFacts,
)

ELIGIBLE = {"b24988ac-6180-42a0-ab88-20f7382dd24c"}
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
EVERYONE = "00000000-0000-0000-0000-000000000000"
TIERS = ("association", "influence", "pec")
STRENGTH = ("none", "partial", "full")


def expected(estate: list[TargetFacts], subscription_id: str) -> dict[str, object]:
    """`states` by scope ("" is the subscription itself) and tier, `complete`, and who is behind each of them."""
    sid = subscription_id.lower()
    quick = any(isinstance(seen.time_bound, NotAsked) for _, seen in _sightings(estate, sid))
    groups = {
        name.lower()
        for _, seen in _sightings(estate, sid)
        if not isinstance(seen.groups, Missing)
        for name in seen.groups
    }
    worst, best = _worst(estate), _best(estate, sid)
    states, complete, behind = {}, True, {}
    for group in ("", *groups):
        for tier in TIERS:
            low, by = _judge(worst, sid, group, tier)
            high, _ = _judge(best, sid, group, tier)
            assert STRENGTH.index(low) <= STRENGTH.index(high)
            states[group, tier] = "unknown" if low == "none" and high != "none" else low
            complete &= low == high or (quick and tier == "pec")
            behind[group, tier] = by
        if quick:
            states[group, "pec"] = "none" if states[group, "influence"] == "none" else "unknown"
            behind[group, "pec"] = set()
    return {"states": states, "complete": complete, "behind": behind}


def _sightings(estate: list[TargetFacts], sid: str) -> list[tuple[TargetFacts, SubscriptionFacts]]:
    return [
        (target, seen)
        for target in estate
        if not isinstance(target.subscriptions, Missing)
        for seen in target.subscriptions
        if seen.subscription_id.lower() == sid
    ]


def _worst(estate: list[TargetFacts]) -> list[TargetFacts]:
    """What could not be read turns out against us: no link, nothing assigned, all time-bound, everything denied."""
    world = []
    for target in estate:
        link = NoLink() if isinstance(target.link, Missing) else target.link
        seen = () if isinstance(target.subscriptions, Missing) else target.subscriptions
        world.append(replace(target, link=link, subscriptions=tuple(_worst_seen(each) for each in seen)))
    return world


def _worst_seen(seen: SubscriptionFacts) -> SubscriptionFacts:
    assignments = _read(seen.assignments)
    ending = tuple(
        ScheduleInstance(
            id="i", scope="", role_definition_id="", principal_id="", ends_at="soon", origin_assignment_id=each.id
        )
        for each in assignments
    )
    denied = DenyAssignment(id="d", name=None, scope="/", principals=(EVERYONE,), excluded=(), not_child_scopes=False)
    return replace(
        seen,
        groups=_read(seen.groups),
        assignments=assignments,
        authorizations=_read(seen.authorizations),
        time_bound=ending if isinstance(seen.time_bound, Missing | NotAsked) else seen.time_bound,
        deny=(denied,) if isinstance(seen.deny, Missing | NotAsked) else seen.deny,
    )


def _best(estate: list[TargetFacts], sid: str) -> list[TargetFacts]:
    """What could not be read turns out for us; a principal whose groups are not known is in all that matter."""
    world = []
    for target in estate:
        seen = () if isinstance(target.subscriptions, Missing) else target.subscriptions
        better = tuple(_best_seen(target, each) for each in seen)
        link = LinkFact(partner_id=target.target.expected_partner_id) if _is_unverified(target) else target.link
        if isinstance(target.link, Missing) and not _is_unverified(target):
            link = NoLink()
        world.append(replace(target, link=link, subscriptions=better))
    if any(_is_of_the_subscription(target, estate, sid) for target in estate if _is_unlisted(target)):
        world.append(_winner(sid))
    return world


def _is_unverified(target: TargetFacts) -> bool:
    return isinstance(target.link, Missing) and target.link.reason.code != "csp-automatic"


def _is_unlisted(target: TargetFacts) -> bool:
    return _is_unverified(target) or (_earns(target) and isinstance(target.subscriptions, Missing))


def _is_of_the_subscription(target: TargetFacts, estate: list[TargetFacts], sid: str) -> bool:
    tenants = {
        tenant.lower() for _, seen in _sightings(estate, sid) for tenant in (seen.tenant_id, *seen.managed_by_tenants)
    }
    return target.target.tenant_id.lower() in tenants


def _best_seen(target: TargetFacts, seen: SubscriptionFacts) -> SubscriptionFacts:
    delegated = target.target.tenant_id.lower() != seen.tenant_id.lower()
    unread = seen.authorizations if delegated else seen.assignments
    if isinstance(unread, Missing):
        return _winner_seen(seen, delegated=delegated, me=target.object_id or "")
    if _is_unverified(target):
        # The contract names two doubts only for such a target: its tenant, and a list that could not be read.
        return replace(seen, groups=_read(seen.groups), assignments=(), authorizations=(), time_bound=(), deny=())
    return replace(
        seen,
        groups=_read(seen.groups),
        assignments=_read(seen.assignments),
        authorizations=tuple(
            replace(each, principal_id=target.object_id or "") if each.standing else each
            for each in _read(seen.authorizations)
        ),
        time_bound=() if isinstance(seen.time_bound, Missing | NotAsked) else seen.time_bound,
        deny=() if isinstance(seen.deny, Missing | NotAsked) else seen.deny,
    )


def _winner_seen(seen: SubscriptionFacts, *, delegated: bool, me: str) -> SubscriptionFacts:
    """Whoever sees this holds everything."""
    assigned = Assignment(id="w", scope="/", role_definition_id=CONTRIBUTOR, principal_id=me)
    authorized = Authorization(id="w", scope="/", role_definition_id=CONTRIBUTOR, principal_id=me, standing=True)
    return replace(
        seen,
        groups=_read(seen.groups),
        assignments=() if delegated else (assigned,),
        authorizations=(authorized,) if delegated else (),
        time_bound=(),
        deny=(),
    )


def _winner(sid: str) -> TargetFacts:
    seen = SubscriptionFacts(subscription_id=sid, name="", tenant_id="winner", state="Enabled")
    return TargetFacts(
        target=Target(credential="winner", tenant_id="winner", client_id=None, expected_partner_id="1"),
        object_id="winner",
        link=LinkFact(partner_id="1"),
        subscriptions=(_winner_seen(seen, delegated=False, me="winner"),),
    )


def _read(facts: tuple[object, ...] | Missing) -> tuple[object, ...]:
    return () if isinstance(facts, Missing) else facts


def _judge(world: list[TargetFacts], sid: str, group: str, tier: str) -> tuple[str, set[tuple[str, str, str]]]:
    """The best state of a scope in a tier, and the assignments behind it."""
    place = f"/subscriptions/{sid}" + (f"/resourcegroups/{group}" if group else "")
    found: dict[str, set[tuple[str, str, str]]] = {"none": set(), "partial": set(), "full": set()}
    for target, seen in _sightings(world, sid):
        if not _earns(target):
            continue
        for name, scope in _counting(target, seen, place, tier):
            source = (name.lower(), target.target.credential.lower(), target.target.tenant_id.lower())
            found[_table(scope, sid, group)].add(source)
    best = next((state for state in ("full", "partial") if found[state]), "none")
    return best, found[best] if best != "none" else set()


def _earns(target: TargetFacts) -> bool:
    return isinstance(target.link, LinkFact) and target.link.partner_id == target.target.expected_partner_id


def _counting(target: TargetFacts, seen: SubscriptionFacts, place: str, tier: str) -> list[tuple[str, str]]:
    me = (target.object_id or "").lower()
    groups = {group.lower() for group in target.target.groups}
    if target.target.tenant_id.lower() == seen.tenant_id.lower():
        held = [(each, _is_standing(each, seen)) for each in seen.assignments]
        groups |= {each.principal_id.lower() for each in seen.assignments}
    else:
        held = [
            (each, True) for each in seen.authorizations if each.standing and each.principal_id.lower() in {me, *groups}
        ]
    answer = []
    for each, standing in held:
        counts = tier == "association" or each.role_definition_id in ELIGIBLE
        if tier == "pec":
            counts = counts and standing and not _is_denied(each.scope, place, seen, {me, *groups})
        if counts:
            answer.append((each.id, each.scope))
    return answer


def _is_standing(assignment: Assignment, seen: SubscriptionFacts) -> bool:
    mine = [
        each
        for each in seen.time_bound
        if (
            each.origin_assignment_id.lower() == assignment.id.lower()
            if each.origin_assignment_id
            else [each.scope.lower(), each.role_definition_id, each.principal_id.lower()]
            == [assignment.scope.lower(), assignment.role_definition_id, assignment.principal_id.lower()]
        )
    ]
    for_good = [each for each in mine if each.assignment_type == "Assigned" and each.ends_at is None]
    for_now = [each for each in mine if each.assignment_type == "Activated" or each.ends_at is not None]
    return bool(for_good) or not for_now


def _is_denied(scope: str, place: str, seen: SubscriptionFacts, principals: set[str]) -> bool:
    """By a deny assignment at or above the scope being judged, or the assignment's own scope."""
    for deny in seen.deny:
        excluded = any(each.lower() in principals for each in deny.excluded)
        for reached in (place, scope):
            below = _chain(reached)
            if deny.not_child_scopes:
                below = below[:1]
            if deny.principals and not excluded and deny.scope.lower().rstrip("/") in below:
                return True
    return False


def _chain(scope: str) -> list[str]:
    """A scope and all above it, nearest first. These estates have one management group, above every subscription."""
    scope = scope.lower().rstrip("/")
    chain = [scope]
    if scope.startswith("/subscriptions/"):
        parts = scope.split("/")
        chain += ["/".join(parts[:length]) for length in range(len(parts) - 1, 2, -1)]
        chain.append("/providers/microsoft.management/managementgroups/mg")
    return chain if scope == "" else [*chain, ""]


def _table(scope: str, sid: str, group: str) -> str:
    """The contract's table of coverage."""
    scope = scope.lower().rstrip("/")
    if scope == "" or scope.startswith("/providers/microsoft.management/managementgroups/"):
        return "full"
    found = re.fullmatch(r"/subscriptions/([^/]+)(?:/resourcegroups/([^/]+))?(/.+)?", scope)
    if not found or found[1] != sid:
        return "none"
    if found[2] is None:
        return "full" if found[3] is None else ("none" if group else "partial")
    if not group:
        return "partial"
    if found[2] != group:
        return "none"
    return "full" if found[3] is None else "partial"
