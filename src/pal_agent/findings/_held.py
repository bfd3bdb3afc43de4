"""What an earning target holds, scope by scope: several findings ask where it holds something that doesn't count."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pal_agent import scopes
from pal_agent.attribution import Holding
from pal_agent.findings import TargetView
from pal_agent.findings._mends import delegate, grant
from pal_agent.model import HeldAssignment, SubscriptionFacts, Tier


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """One scope, and what the target holds there that a finding is about: never empty, sorted, nothing twice."""

    scope: str
    held: tuple[HeldAssignment, ...]

    @property
    def roles(self) -> str:
        """The roles in words; names of custom roles are the customer's and may hold anything."""
        return " and ".join(sorted({held.role_name or held.role_definition_id for held in self.held}))

    def grant_to(self, object_id: str | None) -> str:
        """What gives the target a role that counts here, in the way that it came by the ones it has."""
        give = delegate if all(held.via == "lighthouse" for held in self.held) else grant
        return give(object_id, self.scope)


def certain(view: TargetView) -> Iterator[tuple[SubscriptionFacts, list[Holding]]]:
    """What an earning target certainly holds in each subscription."""
    for seen, held in view.held:
        yield seen, [holding for holding in held if holding.certain]


def not_counting(view: TargetView, tier: Tier, concerns: Callable[[HeldAssignment], bool]) -> Iterator[Spot]:
    """The scopes where an earning target holds something that concerns the finding, and nothing at or above
    counts for the tier. Each scope once, however many subscriptions inherit from it."""
    found: dict[str, list[HeldAssignment]] = {}
    for _, held in certain(view):
        for assignment in _uncounted(held, tier, concerns):
            found.setdefault(scopes.parse(assignment.scope).path, []).append(assignment)
    yield from (_spot(assignments) for _, assignments in sorted(found.items()))


def _uncounted(
    held: Iterable[Holding], tier: Tier, concerns: Callable[[HeldAssignment], bool]
) -> Iterator[HeldAssignment]:
    concerned = [holding.assignment for holding in held if concerns(holding.assignment)]
    counting = _counting(held, tier) if concerned else {}
    for assignment in concerned:
        near = {None, scopes.parse(assignment.scope).group}
        if not any(_counts_at(each, tier, assignment.scope) for place in near for each in counting.get(place, ())):
            yield assignment


def _counting(held: Iterable[Holding], tier: Tier) -> dict[str | None, list[Holding]]:
    """What counts where it was granted (else it counts nowhere), by resource group: each of a thousand may have one."""
    found: dict[str | None, list[Holding]] = {}
    for holding in held:
        if holding.counts(tier, at=holding.assignment.scope):
            found.setdefault(scopes.parse(holding.assignment.scope).group, []).append(holding)
    return found


def _counts_at(holding: Holding, tier: Tier, scope: str) -> bool:
    return scopes.is_at_or_above(holding.assignment.scope, scope) and holding.counts(tier, at=scope)


def _spot(assignments: list[HeldAssignment]) -> Spot:
    once = {_key(assignment): assignment for assignment in assignments}
    held = tuple(once[key] for key in sorted(once))
    return Spot(scope=min(assignment.scope for assignment in held), held=held)


def _key(assignment: HeldAssignment) -> tuple[str, str, str]:
    return (assignment.id.lower(), assignment.role_definition_id.lower(), assignment.principal_id.lower())
