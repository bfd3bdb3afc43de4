"""A run of any size that never stands in memory: its parts are made as they are walked."""

from collections.abc import Iterator
from dataclasses import replace

from pal_agent.model import Counts, Finding, Severity, State, SubscriptionResult, TargetResult
from tests.report.example_run import ExampleRun, earning, guid, header, no_counts, target, tiers


def large_run(*, targets: int, subscriptions: int, groups: int) -> ExampleRun:
    """`subscriptions` for each of `targets`, `groups` in each; every seventh earns nothing, and says so."""

    def make_targets() -> Iterator[TargetResult]:
        for index in range(targets):
            yield target(f"customer-{index:05}", guid(10_000_000 + index), tenant_name=f"Customer {index:05} Ltd")

    def make_subscriptions() -> Iterator[SubscriptionResult]:
        for number in range(targets * subscriptions):
            owner = number // subscriptions
            whole = earning(number, f"customer-{owner:05}-{('prod', 'test', 'dev')[number % 3]}",
                            guid(10_000_000 + owner), f"customer-{owner:05}",
                            [f"rg-workload-{group:03}" for group in range(groups)])  # fmt: skip
            yield lost(whole) if number % 7 == 0 else whole

    def make_findings() -> Iterator[Finding]:
        for number in range(0, targets * subscriptions, 7):
            yield Finding(id="subscription-not-attributed", severity=Severity.ERROR,
                          message="No linked credential has an eligible role here.",
                          fix=f"az role assignment create --role Contributor --scope /subscriptions/{guid(number)}",
                          scope=f"/subscriptions/{guid(number)}")  # fmt: skip

    return ExampleRun(header=header(exit_code=1), counts=large_counts(targets, targets * subscriptions, groups),
                      make_targets=make_targets, make_subscriptions=make_subscriptions,
                      make_findings=make_findings)  # fmt: skip


def lost(whole: SubscriptionResult) -> SubscriptionResult:
    groups = tuple(replace(group, tiers=tiers(State.NONE), by=()) for group in whole.resource_groups)
    return replace(whole, tiers=tiers(State.NONE), by=(), resource_groups=groups)


def large_counts(targets: int, subscriptions: int, groups: int) -> Counts:
    counts, without = no_counts(), len(range(0, subscriptions, 7))
    counts.targets["verified"] = counts.links["linked"] = targets
    counts.subscriptions.update(full=subscriptions - without, none=without)
    counts.resource_groups.update(full=(subscriptions - without) * groups, none=without * groups)
    counts.findings["error"] = without
    return counts
