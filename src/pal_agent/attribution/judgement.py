"""How far one scope is attributed: the best of all that covers it, and the best there could be unseen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pal_agent import scopes
from pal_agent.attribution.holding import Holding
from pal_agent.model import Source, State, Tier, Tiers

_RANK: Mapping[State, int] = {State.NONE: 0, State.PARTIAL: 1, State.FULL: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A holding of an earning target."""

    holding: Holding
    source: Source
    scope: scopes.Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """All that decides one subscription. `blind` when somebody may hold anything there, unseen; `quick` when
    PIM and deny assignments were not asked for."""

    subscription_id: str
    claims: tuple[Claim, ...]
    blind: bool
    quick: bool
    require: Tier


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """For one scope. `complete` is False when a fact that could not be read might raise one of the tiers."""

    tiers: Tiers
    complete: bool
    by: tuple[Source, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Covering:
    """A claim that covers some of the scope being judged, and how much of it."""

    claim: Claim
    state: State


def judge(case: Case, group: str | None = None) -> Answer:
    """The answer for the subscription, or for one resource group in it."""
    at = scopes.of_subscription(case.subscription_id, group)
    covering = tuple(_covering(case, scopes.parse(at)))
    definite = {tier: _definite(covering, tier, at) for tier in Tier}
    possible = {tier: State.FULL if case.blind else _possible(covering, tier, at) for tier in Tier}
    states = {tier: _state(definite[tier], possible[tier]) for tier in Tier}
    if case.quick:
        states[Tier.PEC] = State.NONE if states[Tier.INFLUENCE] is State.NONE else State.UNKNOWN
    return Answer(
        tiers=Tiers(association=states[Tier.ASSOCIATION], influence=states[Tier.INFLUENCE], pec=states[Tier.PEC]),
        complete=all(_RANK[possible[tier]] <= _RANK[definite[tier]] for tier in _asked(case)),
        by=_behind(covering, _shown_tier(case, definite), at),
    )


def named_groups(case: Case) -> frozenset[str]:
    """The resource groups, in lower case, that an assignment or a denial names: all others share one answer."""
    denials = (deny.scope for claim in case.claims for deny in claim.holding.denials)
    places = (*(claim.scope for claim in case.claims), *(scopes.parse(scope) for scope in denials))
    return frozenset(place.group for place in places if place.group is not None)


def _covering(case: Case, place: scopes.Scope) -> Iterator[_Covering]:
    for claim in case.claims:
        state = scopes.coverage(claim.scope, place)
        if state is not State.NONE:
            yield _Covering(claim=claim, state=state)


def _definite(covering: Sequence[_Covering], tier: Tier, at: str) -> State:
    return _best(each.state for each in covering if each.claim.holding.counts(tier, at=at))


def _possible(covering: Sequence[_Covering], tier: Tier, at: str) -> State:
    return _best(each.state for each in covering if each.claim.holding.may_count(tier, at=at))


def _best(states: Iterator[State]) -> State:
    return max(states, key=_RANK.__getitem__, default=State.NONE)


def _state(definite: State, possible: State) -> State:
    return State.UNKNOWN if definite is State.NONE and possible is not State.NONE else definite


def _asked(case: Case) -> tuple[Tier, ...]:
    return (Tier.ASSOCIATION, Tier.INFLUENCE) if case.quick else tuple(Tier)


def _shown_tier(case: Case, definite: Mapping[Tier, State]) -> Tier:
    """The tier whose assignments are named as being behind the answer."""
    told = case.require in _asked(case) and definite[case.require] is not State.NONE
    return case.require if told else Tier.ASSOCIATION


def _behind(covering: Sequence[_Covering], tier: Tier, at: str) -> tuple[Source, ...]:
    """Who gives the best answer: one source for each assignment and target, sorted."""
    counting = [each for each in covering if each.claim.holding.counts(tier, at=at)]
    best = _best(each.state for each in counting)
    sources = {_key(each.claim.source): each.claim.source for each in counting if each.state is best}
    return tuple(sources[key] for key in sorted(sources))


def _key(source: Source) -> tuple[str, str, str]:
    return (source.assignment_id.lower(), source.credential.lower(), source.tenant_id.lower())
