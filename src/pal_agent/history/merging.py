"""Run files of shards, merged into the run that one machine would have made.

Shards have different targets but may see the same subscriptions: each tier is the best that any shard found, and
`unknown` where a shard could not tell, or an unverified target of the subscription's tenant is in another shard. What
tenants manage a subscription from outside is not in a report: an unverified managing tenant in another shard is missed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from pal_agent.errors import ExitCode, HistoryError
from pal_agent.history import runfile
from pal_agent.history.store import RunStore
from pal_agent.model import (
    Finding,
    GroupResult,
    RunHeader,
    Source,
    State,
    Status,
    SubscriptionResult,
    Tier,
    Tiers,
)

_BEST_FIRST = (State.FULL, State.PARTIAL, State.UNKNOWN, State.NONE)
# Findings that a shard makes of a subscription by itself, and what must hold for the whole.
_HOLDS: dict[str, Callable[[SubscriptionResult, Tier], bool]] = {
    "subscription-not-attributed": lambda one, tier: one.tiers.of(tier) is State.NONE,
    "subscription-partly-attributed": lambda one, tier: one.tiers.of(tier) is State.PARTIAL,
    "single-credential": lambda one, tier: len(_credentials(one)) == 1,
}


def merge(paths: Sequence[Path]) -> RunStore:
    """The run, to be closed; the order of `paths` does not matter. A target in two files is as the later run saw it."""
    read = sorted(
        ((runfile.read_header(path), path) for path in paths), key=lambda pair: (pair[0].finished_at, pair[0].id)
    )
    headers, ordered = [header for header, _ in read], [path for _, path in read]
    _refuse_mixture(headers, ordered)
    store = RunStore(require=headers[0].require)
    try:
        _fill(store, ordered, headers[0].require)
        store.finish(_header(store, headers))
    except BaseException:
        store.close()
        raise
    return store


def _refuse_mixture(headers: Sequence[RunHeader], paths: Sequence[Path]) -> None:
    for header, path in zip(headers, paths, strict=True):
        if (header.require, header.quick) != (headers[0].require, headers[0].quick):
            raise HistoryError(
                f"it was made with another `require` or `--quick` than {paths[0]}",
                where=str(path),
                mend="Merge only files of runs that asked the same.",
            )


def _fill(store: RunStore, paths: Sequence[Path], require: Tier) -> None:
    for result in chain.from_iterable(map(runfile.results, paths)):
        match result:
            case SubscriptionResult():
                earlier = store.subscription(result.subscription_id)
                store.add_result(_merged(earlier, result) if earlier else result)
            case Finding():
                pass
            case _:
                store.add_result(result)
    _doubt(store)
    for result in chain.from_iterable(map(runfile.results, paths)):
        if isinstance(result, Finding) and _holds(result, store, require):
            store.add_result(result)


def _doubt(store: RunStore) -> None:
    tenants = {result.target.tenant_id.lower() for result in store.targets() if result.status is Status.UNVERIFIED}
    doubtful = [one.subscription_id for one in store.subscriptions() if one.tenant_id.lower() in tenants]
    for subscription_id in doubtful:
        found = store.subscription(subscription_id)
        if found:
            store.add_result(_doubted(found))


def _doubted(one: SubscriptionResult) -> SubscriptionResult:
    groups = tuple(replace(group, tiers=_tiers(map(_unsure, _states(group.tiers)))) for group in one.resource_groups)
    doubted = replace(one, tiers=_tiers(map(_unsure, _states(one.tiers))), resource_groups=groups)
    return replace(doubted, complete=_all_full(doubted))


def _unsure(state: State) -> State:
    return State.UNKNOWN if state is State.NONE else state


def _merged(left: SubscriptionResult, right: SubscriptionResult) -> SubscriptionResult:
    groups = {group.name.lower(): group for group in left.resource_groups}
    for group in right.resource_groups:
        other = groups.get(group.name.lower())
        groups[group.name.lower()] = _merged_group(other, group) if other else group
    one = replace(
        left,
        tiers=_best(left.tiers, right.tiers),
        by=_sources(left.by, right.by),
        resource_groups=tuple(groups[name] for name in sorted(groups)),
        seen_by=tuple(sorted({*left.seen_by, *right.seen_by})),
    )
    return replace(one, complete=(left.complete and right.complete) or _all_full(one))


def _merged_group(left: GroupResult, right: GroupResult) -> GroupResult:
    return replace(left, tiers=_best(left.tiers, right.tiers), by=_sources(left.by, right.by))


def _best(left: Tiers, right: Tiers) -> Tiers:
    return _tiers(min(pair, key=_BEST_FIRST.index) for pair in zip(_states(left), _states(right), strict=True))


def _states(tiers: Tiers) -> tuple[State, ...]:
    return tuple(tiers.of(tier) for tier in Tier)


def _tiers(states: Iterable[State]) -> Tiers:
    association, influence, pec = states
    return Tiers(association=association, influence=influence, pec=pec)


def _all_full(one: SubscriptionResult) -> bool:
    tiers = (one.tiers, *(group.tiers for group in one.resource_groups))
    return all(state is State.FULL for each in tiers for state in _states(each))


def _sources(left: tuple[Source, ...], right: tuple[Source, ...]) -> tuple[Source, ...]:
    return tuple(sorted({*left, *right}, key=_source_order))


def _source_order(source: Source) -> tuple[str, str, str]:
    return (source.assignment_id.lower(), source.credential.lower(), source.tenant_id.lower())


def _credentials(one: SubscriptionResult) -> set[str]:
    sources = (one.by, *(group.by for group in one.resource_groups))
    return {source.credential for each in sources for source in each}


def _holds(finding: Finding, store: RunStore, require: Tier) -> bool:
    if finding.id not in _HOLDS or finding.credential or not finding.scope:
        return True
    found = store.subscription(finding.scope.rpartition("/")[2])
    return found is None or _HOLDS[finding.id](found, require)


def _header(store: RunStore, headers: Sequence[RunHeader]) -> RunHeader:
    complete = all(_complete(store))
    return replace(
        headers[-1],
        started_at=min(header.started_at for header in headers),
        complete=complete,
        exit_code=_exit_code(store, headers, complete=complete),
    )


def _complete(store: RunStore) -> Iterator[bool]:
    yield from (result.status is Status.VERIFIED for result in store.targets())
    yield from (one.complete for one in store.subscriptions())


def _exit_code(store: RunStore, headers: Sequence[RunHeader], *, complete: bool) -> ExitCode:
    codes, found = {header.exit_code for header in headers}, store.counts.findings
    for interrupted in (ExitCode.TERMINATED, ExitCode.INTERRUPTED):
        if interrupted in codes:
            return interrupted
    if not complete:
        return ExitCode.INCOMPLETE
    failing = ExitCode.FINDINGS in codes and (found["error"] or found["warning"])
    return ExitCode.FINDINGS if failing else ExitCode.OK
