"""How far one scope is attributed: the best of all that covers it, and the best there could be unseen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pal_agent import scopes
from pal_agent.attribution.holding import Holding
from pal_agent.model import Source, State, Tier, Tiers


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A holding of an earning target."""

    holding: Holding
    source: Source
    scope: scopes.Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """All that decides one subscription. `claims` are by the resource group, in lower case, that their scope is in.
    `blind` when somebody may hold anything there, unseen; `quick` when PIM and deny assignments were not asked for."""

    subscription_id: str
    claims: Mapping[str | None, Sequence[Claim]]
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bounds:
    """What is certain for one tier, and the best it could be; never less than what is certain."""

    definite: State
    possible: State

    @property
    def state(self) -> State:
        hidden = self.definite is State.NONE and self.possible is not State.NONE
        return State.UNKNOWN if hidden else self.definite


def judge(case: Case, group: str | None = None) -> Answer:
    """The answer for the subscription, or for one resource group in it."""
    at = scopes.of_subscription(case.subscription_id, group)
    covering = tuple(_covering(case, scopes.parse(at)))
    association = _bounds(case, covering, Tier.ASSOCIATION, at)
    influence = _bounds(case, covering, Tier.INFLUENCE, at)
    pec = _bounds(case, covering, Tier.PEC, at)
    asked = (association, influence) if case.quick else (association, influence, pec)
    return Answer(
        tiers=Tiers(association=association.state, influence=influence.state, pec=pec.state),
        complete=all(bounds.definite is bounds.possible for bounds in asked),
        by=_behind(case, covering, at),
    )


def named_groups(case: Case) -> frozenset[str]:
    """The resource groups, in lower case, that an assignment or a denial names: all others share one answer."""
    denied = {deny.scope for claim in _all(case) for deny in claim.holding.denials}
    groups = (*case.claims, *(scopes.parse(scope).group for scope in denied))
    return frozenset(group for group in groups if group is not None)


def _all(case: Case) -> Iterable[Claim]:
    return chain.from_iterable(case.claims.values())


def _covering(case: Case, place: scopes.Scope) -> Iterator[_Covering]:
    # Each of a thousand groups may have a claim of its own: only those of this one are looked at.
    near = (*case.claims.get(None, ()), *case.claims.get(place.group, ())) if place.group else _all(case)
    for claim in near:
        state = scopes.coverage(claim.scope, place)
        if state is not State.NONE:
            yield _Covering(claim=claim, state=state)


def _bounds(case: Case, covering: Sequence[_Covering], tier: Tier, at: str) -> _Bounds:
    definite = _best(each.state for each in covering if each.claim.holding.counts(tier, at=at))
    if case.blind or definite is State.FULL:
        return _Bounds(definite=definite, possible=State.FULL)
    possible = _best(each.state for each in covering if each.claim.holding.may_count(tier, at=at))
    return _Bounds(definite=definite, possible=possible)


def _best(states: Iterable[State]) -> State:
    best = State.NONE
    for state in states:
        if state is State.FULL:
            return state
        best = state
    return best


def _behind(case: Case, covering: Sequence[_Covering], at: str) -> tuple[Source, ...]:
    """Who gives the best answer in the required tier, else in association: one source for each assignment and
    target, sorted."""
    counting = _counting(covering, case.require, at) or _counting(covering, Tier.ASSOCIATION, at)
    best = _best(each.state for each in counting)
    sources = {_key(each.claim.source): each.claim.source for each in counting if each.state is best}
    return tuple(sources[key] for key in sorted(sources))


def _counting(covering: Sequence[_Covering], tier: Tier, at: str) -> tuple[_Covering, ...]:
    return tuple(each for each in covering if each.claim.holding.counts(tier, at=at))


def _key(source: Source) -> tuple[str, str, str]:
    return (source.assignment_id.lower(), source.credential.lower(), source.tenant_id.lower())
