"""What changed between the run before and this one, in words and few numbers.

Both runs are walked side by side, in the order that runs are sorted by, so neither stands in memory.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from pal_agent.model import LinkState, Run, State, SubscriptionResult, TargetResult, Tier
from pal_agent.report._answer import TIER_NAMES, many
from pal_agent.report.clean import clean

NAMED = 3  # how many of each kind are named, the rest are counted


class _Comparable(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


Value = TypeVar("Value")
Way = Literal["better", "worse", "other"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One kind of change: `text` says how many and names the first few. `way` is for icon and colour."""

    way: Way
    text: str


@dataclass(slots=True)
class _Seen:
    """How often each kind was met, and whom it met first. Holds `NAMED` names a kind, whatever the runs hold."""

    numbers: Counter[str] = field(default_factory=Counter)
    names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, name: str) -> None:
        self.numbers[kind] += 1
        if len(named := self.names.setdefault(kind, [])) < NAMED:
            named.append(clean(name))


# kind: way, noun, what happened. Listed in the order they are told.
_KINDS: dict[str, tuple[Way, str, str]] = {
    "link-lost": ("worse", "link", "lost"),
    "link-won": ("better", "link", "won"),
    "link-unread": ("other", "link", "could not be read this time"),
    "lost": ("worse", "subscription", "lost {tier}"),
    "won": ("better", "subscription", "gained {tier}"),
    "unread": ("other", "subscription", "could not be told this time"),
    "new": ("other", "subscription", "new"),
    "gone": ("other", "subscription", "no longer seen"),
    "target-new": ("other", "credential", "new"),
    "target-gone": ("other", "credential", "no longer checked"),
}
_RANK = {State.NONE: 0, State.PARTIAL: 1, State.FULL: 2}


def changes(before: Run, after: Run) -> tuple[Change, ...]:
    """The changes from `before` to `after`, worst and links first; empty when nothing changed."""
    seen, require = _Seen(), after.header.require
    for old_target, new_target in _paired(before.targets(), after.targets(), lambda target: target.target.key):
        if kind := _of_link(old_target, new_target):
            seen.add(kind, (new_target or old_target).target.label)  # type: ignore[union-attr]
    by_id: Callable[[SubscriptionResult], str] = lambda one: one.subscription_id.lower()  # noqa: E731
    for old, new in _paired(before.subscriptions(), after.subscriptions(), by_id):
        if kind := _of_subscription(old, new, require):
            seen.add(kind, (new or old).name)  # type: ignore[union-attr]
    return tuple(_told(seen, require))


def _told(seen: _Seen, require: Tier) -> Iterator[Change]:
    for kind, (way, noun, happened) in _KINDS.items():
        if number := seen.numbers[kind]:
            rest = number - len(seen.names[kind])
            names = ", ".join(seen.names[kind]) + (f" and {rest:,} more" if rest else "")
            what = happened.format(tier=TIER_NAMES[require])
            yield Change(way=way, text=f"{many(number, noun)} {what}: {names}")


def _of_link(old: TargetResult | None, new: TargetResult | None) -> str | None:
    if old is None or new is None:
        return "target-new" if old is None else "target-gone"
    before, now = old.link.state, new.link.state
    if before in (now, LinkState.UNKNOWN):
        return None
    if now == LinkState.UNKNOWN:
        return "link-unread"
    if LinkState.LINKED not in (before, now):
        return None
    return "link-won" if now == LinkState.LINKED else "link-lost"


def _of_subscription(old: SubscriptionResult | None, new: SubscriptionResult | None, require: Tier) -> str | None:
    if old is None or new is None:
        return "new" if old is None else "gone"
    before, now = old.tiers.of(require), new.tiers.of(require)
    if before in (now, State.UNKNOWN):
        return None
    if now == State.UNKNOWN:
        return "unread"
    return "won" if _RANK[now] > _RANK[before] else "lost"


def _paired(
    left: Iterator[Value], right: Iterator[Value], key: Callable[[Value], _Comparable]
) -> Iterator[tuple[Value | None, Value | None]]:
    """Walks two sorted iterators at once; an element without a partner comes with None."""
    one, two = next(left, None), next(right, None)
    while one is not None or two is not None:
        if two is None or (one is not None and key(one) < key(two)):
            yield one, None
            one = next(left, None)
        elif one is None or key(two) < key(one):
            yield None, two
            two = next(right, None)
        else:
            yield one, two
            one, two = next(left, None), next(right, None)
