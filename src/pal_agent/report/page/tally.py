"""Counts for the charts: by tier and by tenant, in one walk over the run."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from pal_agent.model import Run, State, SubscriptionResult, TargetResult, Tier
from pal_agent.report.clean import clean

WORST_FIRST = (State.NONE, State.UNKNOWN, State.PARTIAL)


@dataclass(slots=True)
class TenantTally:
    """A tenant's subscriptions by state, in the required tier."""

    tenant_id: str
    name: str
    states: Counter[str] = field(default_factory=Counter)

    @property
    def wanting(self) -> int:
        """How many of its subscriptions are not known to be full."""
        return sum(self.states[state] for state in WORST_FIRST)


@dataclass(slots=True)
class Tally:
    """Grows with the number of tenants, not with what is in them."""

    require: Tier
    subscriptions: dict[Tier, Counter[str]] = field(default_factory=lambda: {tier: Counter() for tier in Tier})
    groups: dict[Tier, Counter[str]] = field(default_factory=lambda: {tier: Counter() for tier in Tier})
    tenants: dict[str, TenantTally] = field(default_factory=dict)

    def add_target(self, result: TargetResult) -> None:
        tenant = self._tenant(result.target.tenant_id)
        if result.tenant_name:
            tenant.name = clean(result.tenant_name)

    def add_subscription(self, result: SubscriptionResult) -> None:
        self._tenant(result.tenant_id).states[result.tiers.of(self.require)] += 1
        for tier in Tier:
            self.subscriptions[tier][result.tiers.of(tier)] += 1
        for tiers, alike in groupby(result.resource_groups, key=attrgetter("tiers")):
            number = len(list(alike))
            for tier in Tier:
                self.groups[tier][tiers.of(tier)] += number

    def wanting(self) -> list[TenantTally]:
        """Tenants where something is not full, most of it first."""
        found = (tenant for tenant in self.tenants.values() if tenant.wanting)
        return sorted(found, key=lambda tenant: (-tenant.wanting, tenant.name.lower(), tenant.tenant_id))

    def _tenant(self, tenant_id: str) -> TenantTally:
        fresh = TenantTally(tenant_id=clean(tenant_id), name=clean(tenant_id))
        return self.tenants.setdefault(tenant_id.lower(), fresh)


def tally(run: Run) -> Tally:
    counted = Tally(require=run.header.require)
    for target in run.targets():
        counted.add_target(target)
    for subscription in run.subscriptions():
        counted.add_subscription(subscription)
    return counted
