"""What became of subscriptions and their resource groups."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pal_agent.compare.change import GroupChange, SubscriptionChange, Way
from pal_agent.compare.joined import joined
from pal_agent.compare.reasons import Reasons, Scope
from pal_agent.model import GroupResult, State, SubscriptionResult, Tier, Tiers

_RANK = {State.NONE: 0, State.PARTIAL: 1, State.FULL: 2}
_WORST_FIRST: tuple[Way, ...] = ("lost", "unclear", "gained", "other", "same")


def differ(old: SubscriptionResult | None, new: SubscriptionResult | None, tiers: tuple[Tier, ...]) -> bool:
    """Whether anything a comparison tells is different."""
    if old is None or new is None:
        return True
    return _states(old, tiers) != _states(new, tiers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """Tells better from worse in the compared `tiers`, and why."""

    tiers: tuple[Tier, ...]
    reasons: Reasons

    def change(self, old: SubscriptionResult | None, new: SubscriptionResult | None) -> SubscriptionChange | None:
        here = new or old
        if here is None or not differ(old, new, self.tiers):
            return None
        scope = _scope(old, new, here)
        before, after = old.tiers if old else None, new.tiers if new else None
        way = self._way(before, after, scope)
        return SubscriptionChange(
            subscription_id=here.subscription_id,
            name=here.name,
            tenant_id=here.tenant_id,
            way=way,
            before=before,
            after=after,
            why=self._why(way, before, after, scope),
            groups=tuple(self._groups(old, new, scope)) if old and new else (),
        )

    def _groups(self, old: SubscriptionResult, new: SubscriptionResult, scope: Scope) -> Iterator[GroupChange]:
        for left, right in joined(old.resource_groups, new.resource_groups, lambda group: (group.name.lower(),)):
            name = (right or left or GroupResult(name="", tiers=Tiers())).name
            before, after = left.tiers if left else None, right.tiers if right else None
            if self._same(before, after):
                continue
            own = replace(
                scope,
                scope=f"{scope.scope}/resourcegroups/{name.lower()}",
                is_group=True,
                earned_by=left.by if left else (),
                earns_by=right.by if right else (),
            )
            way = self._group_way(before, after, own)
            yield GroupChange(name=name, way=way, before=before, after=after, why=self._why(way, before, after, own))

    def _same(self, before: Tiers | None, after: Tiers | None) -> bool:
        if before is None or after is None:
            return before is after
        return all(before.of(tier) is after.of(tier) for tier in self.tiers)

    def _way(self, before: Tiers | None, after: Tiers | None, scope: Scope) -> Way:
        if before is None:
            return "gained" if after and self._earns(after) else "other"
        if after is None:
            return self._way_of_gone(before, scope)
        found = {_way(before.of(tier), after.of(tier)) for tier in self.tiers}
        return min(found, key=_WORST_FIRST.index)

    def _way_of_gone(self, before: Tiers, scope: Scope) -> Way:
        """A subscription that nobody sees any more earns nothing, unless those who would see it were not asked."""
        if not self._earns(before) or self.reasons.forsaken(scope):
            return "other"
        return "unclear" if self.reasons.doubted(scope) else "lost"

    def _group_way(self, before: Tiers | None, after: Tiers | None, scope: Scope) -> Way:
        """A group that is gone was deleted: no loss of ours, but where groups could not be listed nobody can tell."""
        if before is not None and after is None:
            return "unclear" if self._earns(before) and self.reasons.doubted(scope) else "other"
        return self._way(before, after, scope)

    def _earns(self, tiers: Tiers) -> bool:
        return any(_RANK.get(tiers.of(tier), 0) for tier in self.tiers)

    def _why(self, way: Way, before: Tiers | None, after: Tiers | None, scope: Scope) -> str:
        match way:
            case "unclear":
                return self.reasons.for_doubt(scope)
            case _ if after is None:
                return self._why_gone(scope)
            case "lost":
                return self.reasons.for_loss(scope)
            case "gained" if before is not None:
                return self.reasons.for_gain(scope)
            case _:
                return ""

    def _why_gone(self, scope: Scope) -> str:
        if scope.is_group:
            return "it was deleted"
        return "those who saw it are no longer checked" if self.reasons.forsaken(scope) else "nobody sees it any more"


def _way(before: State, after: State) -> Way:
    """`other` also when it is told for the first time."""
    if before is after:
        return "same"
    if before is State.UNKNOWN:
        return "other"
    if after is State.UNKNOWN:
        return "unclear" if before is not State.NONE else "other"
    return "lost" if _RANK[after] < _RANK[before] else "gained"


def _states(result: SubscriptionResult, tiers: tuple[Tier, ...]) -> list[tuple[str, ...]]:
    groups = [(group.name.lower(), *map(group.tiers.of, tiers)) for group in result.resource_groups]
    return [tuple(map(result.tiers.of, tiers)), *groups]


def _scope(old: SubscriptionResult | None, new: SubscriptionResult | None, here: SubscriptionResult) -> Scope:
    seen_by = {label.lower() for one in (old, new) if one for label in one.seen_by}
    return Scope(
        scope=here.scope.lower(),
        tenant_id=here.tenant_id.lower(),
        seen_by=tuple(sorted(seen_by)),
        earned_by=old.by if old else (),
        earns_by=new.by if new else (),
    )
