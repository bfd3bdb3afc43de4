"""What changed between two runs: links, targets, subscriptions and groups, for better or worse, and why.

Pure. Runs are walked side by side; what is held is what changed about targets, and the IDs of changed subscriptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pal_agent.compare.change import GroupChange, LinkChange, SubscriptionChange, TargetChange, Way
from pal_agent.compare.joined import joined
from pal_agent.compare.links import compare_targets
from pal_agent.compare.reasons import Reasons
from pal_agent.compare.scopes import Judge, differ
from pal_agent.errors import ExitCode
from pal_agent.model import Run, SubscriptionResult, Tier

__all__ = ["Difference", "GroupChange", "LinkChange", "SubscriptionChange", "TargetChange", "Way", "compare"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Everything that changed, in report order; usable while both runs are. `judge.tiers` are those compared."""

    before: Run
    after: Run
    links: tuple[LinkChange, ...]
    targets: tuple[TargetChange, ...]
    judge: Judge

    def subscriptions(self) -> Iterator[SubscriptionChange]:
        """Walks both runs again: there may be many."""
        for old, new in _side_by_side(self.before, self.after):
            change = self.judge.change(old, new)
            if change:
                yield change

    def ways(self) -> frozenset[Way]:
        """`lost` is among them when something is worse than it was, `unclear` when that can't be told any more."""
        found = {change.way for change in self.links}
        for change in self.subscriptions():
            found |= {change.way, *(group.way for group in change.groups)}
        return frozenset(found - {"same"})

    @property
    def exit_code(self) -> ExitCode:
        """Not being able to tell outranks a loss, as everywhere."""
        ways = self.ways()
        if "unclear" in ways:
            return ExitCode.INCOMPLETE
        return ExitCode.FINDINGS if "lost" in ways else ExitCode.OK


def compare(before: Run, after: Run) -> Difference:
    """From `before` to `after`. A tier that either run left out (`--quick`) is not compared."""
    quick = before.header.quick or after.header.quick
    tiers = tuple(tier for tier in Tier if not (quick and tier is Tier.PEC))
    changes = compare_targets(before, after)
    changed = {
        one.scope.lower() for pair in _side_by_side(before, after) if differ(*pair, tiers) for one in pair if one
    }
    return Difference(
        before=before,
        after=after,
        links=changes.links,
        targets=changes.targets,
        judge=Judge(tiers=tiers, reasons=Reasons(changes, after.findings(), changed)),
    )


def _side_by_side(before: Run, after: Run) -> Iterator[tuple[SubscriptionResult | None, SubscriptionResult | None]]:
    return joined(before.subscriptions(), after.subscriptions(), lambda one: (one.subscription_id.lower(),))
