"""The only reader of Azure: one target's facts, as a conversation.

A conversation is a generator: it yields the exchanges it wants answered, all at once, and is sent the answers in the
same order, `Missing` where there is none. It never waits and knows no thread, so the engine may run a thousand of them
side by side, and a test may answer by hand.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from pal_agent.cloud.azure import Azure
from pal_agent.cloud.exchange import Exchange
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.principal import Identity, Principal
from pal_agent.gather import assignments, delegations, deny, link, schedules, subscriptions
from pal_agent.gather.fields import each
from pal_agent.gather.roles import RoleNames
from pal_agent.model import LinkFact, Missing, NoLink, NotAsked, SubscriptionFacts, TargetFacts, same

T = TypeVar("T")
SCHEDULED = ("time_bound", "eligible")  # what Azure tells only with the PIM licence
Conversation = Generator[tuple[Exchange[Any], ...], tuple[Any, ...], T]


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What is asked of every target, and what one of its answers tells about the others.

    `gather` gives each target its own `licences` and `role_names`: what one target learns never stands in for what
    another is told, so neither the order of targets nor how they are spread over machines changes a report.
    """

    azure: Azure
    quick: bool = False
    names: bool = False
    licences: schedules.Licences = field(default_factory=schedules.Licences)
    role_names: RoleNames = field(default_factory=RoleNames)


def gather(
    principal: Principal, questions: Questions, certificate_ends: date | None = None
) -> Conversation[TargetFacts]:
    """Everything one target can tell: what `survey` tells, then what stands behind each subscription."""
    questions = replace(questions, licences=schedules.Licences(), role_names=RoleNames())
    facts = yield from survey(principal, questions, certificate_ends)
    if isinstance(facts.subscriptions, Missing):
        return facts
    seen = yield from look_behind(principal, questions, facts.subscriptions)
    role_names = yield from questions.role_names.conversation(principal, questions.azure, seen)
    return replace(facts, subscriptions=seen, role_names=role_names)


def survey(
    principal: Principal, questions: Questions, certificate_ends: date | None = None
) -> Conversation[TargetFacts]:
    """Sign-in, then the link and which subscriptions there are, with nothing behind them yet."""
    (identity,) = yield (Exchange(principal, principal.sign_in),)
    if isinstance(identity, Missing):
        return _facts(principal, link=identity, certificate_ends=certificate_ends)
    azure = questions.azure
    asked = [
        Exchange[Any](principal, lambda: link.ask(azure, principal)),
        _listed(principal, azure.subscriptions(principal), subscriptions.understand),
    ]
    if questions.names:
        asked.append(_listed(principal, azure.tenants(principal), lambda found: _tenant_name(found, identity)))
    own_link, listed, *names = yield tuple(asked)
    facts = _facts(principal, link=own_link, certificate_ends=certificate_ends)
    if names and not isinstance(names[0], Missing):
        facts = replace(facts, tenant_name=names[0])
    return replace(facts, subscriptions=listed)


def gather_link(principal: Principal, questions: Questions) -> Conversation[TargetFacts]:
    """The link alone: all that a plan needs."""
    (identity,) = yield (Exchange(principal, principal.sign_in),)
    if isinstance(identity, Missing):
        return _facts(principal, link=identity)
    (own_link,) = yield (read_link(principal, questions),)
    return _facts(principal, link=own_link)


def read_link(principal: Principal, questions: Questions) -> Exchange[LinkFact | NoLink]:
    return Exchange(principal, lambda: link.ask(questions.azure, principal))


def _facts(
    principal: Principal, *, link: LinkFact | NoLink | Missing, certificate_ends: date | None = None
) -> TargetFacts:
    return TargetFacts(
        target=principal.target,
        object_id=principal.identity.object_id if principal.identity else None,
        link=link,
        certificate_ends=certificate_ends,
        clock_skew=principal.clock_skew,
    )


def look_behind(
    principal: Principal, questions: Questions, listed: tuple[SubscriptionFacts, ...]
) -> Conversation[tuple[SubscriptionFacts, ...]]:
    """The facts behind each subscription, asked for at once, but for what waits for the licence to be found out."""
    asked = [_questions_about(principal, questions, facts) for facts in listed]
    answers = [_left_out(questions) for _ in listed]
    for wave in _waves(asked, licence_known=questions.licences.known(principal.target.tenant_id)):
        answered = yield tuple(asked[place][name] for place, name in wave)
        for (place, name), answer in zip(wave, answered, strict=True):
            answers[place][name] = answer
    return tuple(_settled(replace(facts, **told), questions) for facts, told in zip(listed, answers, strict=True))


def _waves(asked: Sequence[Mapping[str, object]], *, licence_known: bool) -> tuple[list[tuple[int, str]], ...]:
    """Places and names of all questions. One about PIM goes ahead, lest the others hold threads waiting for it."""
    everything = [(place, name) for place, about in enumerate(asked) for name in about]
    behind = [] if licence_known else [one for one in everything if one[1] in SCHEDULED][1:]
    waiting = set(behind)
    return [one for one in everything if one not in waiting], behind


def _settled(facts: SubscriptionFacts, questions: Questions) -> SubscriptionFacts:
    """Without the licence nothing is missing, whichever subscription was asked before Azure said so."""
    if not questions.licences.missing(facts.tenant_id):
        return facts
    unread: dict[str, Any] = {name: () for name in SCHEDULED if isinstance(getattr(facts, name), Missing)}
    return replace(facts, **unread)


def _questions_about(
    principal: Principal, questions: Questions, facts: SubscriptionFacts
) -> Mapping[str, Exchange[Any]]:
    """By the name of the fact they answer. Lighthouse grants never appear among role assignments, nor in PIM."""
    azure, subscription_id = questions.azure, facts.subscription_id
    path = f"/subscriptions/{subscription_id}/providers"
    tenant = principal.target.tenant_id
    about: dict[str, Exchange[Any]] = {}
    about["groups"] = _listed(principal, azure.resource_groups(principal, subscription_id), subscriptions.group_names)
    if same(facts.tenant_id, tenant):
        about["assignments"] = _held(principal, azure, path, assignments.NAME, assignments.assignment)
    else:
        query = {"$expandRegistrationDefinition": "true", "api-version": delegations.API_VERSION}
        listing = azure.listing(principal, f"{path}/Microsoft.ManagedServices/registrationAssignments", query)
        about["authorizations"] = _listed(
            principal,
            listing,
            lambda found: tuple(line for one in found for line in delegations.authorizations(one, tenant)),
        )
    if questions.quick:
        return about
    if same(facts.tenant_id, tenant):
        about["time_bound"] = _scheduled(principal, questions, facts, schedules.TIME_BOUND)
        about["eligible"] = _scheduled(principal, questions, facts, schedules.ELIGIBLE)
    about["deny"] = _held(principal, azure, path, deny.NAME, deny.deny_assignment)
    return about


def _left_out(questions: Questions) -> dict[str, Any]:
    return {name: NotAsked() for name in (*SCHEDULED, "deny")} if questions.quick else {}


VERSIONS = {
    assignments.NAME: assignments.API_VERSION,
    deny.NAME: deny.API_VERSION,
    schedules.TIME_BOUND: schedules.API_VERSION,
    schedules.ELIGIBLE: schedules.API_VERSION,
}


def _held(
    principal: Principal, azure: Azure, path: str, name: str, read: Callable[[Mapping[str, Any]], T]
) -> Exchange[tuple[T, ...]]:
    """What Microsoft.Authorization lists for the caller: direct, through groups, and from above."""
    object_id = principal.identity.object_id if principal.identity else ""
    query = {"api-version": VERSIONS[name], "$filter": f"assignedTo('{object_id}')"}
    listing = azure.listing(principal, f"{path}/Microsoft.Authorization/{name}", query)
    return _listed(principal, listing, lambda found: each(found, read))


def _scheduled(
    principal: Principal, questions: Questions, facts: SubscriptionFacts, name: str
) -> Exchange[tuple[Any, ...]]:
    """A PIM list; empty in a tenant without the licence, which is asked only until it has said so."""
    licences, tenant = questions.licences, facts.tenant_id
    path = f"/subscriptions/{facts.subscription_id}/providers"
    exchange = _held(principal, questions.azure, path, name, schedules.instance)

    def ask() -> tuple[Any, ...]:
        if licences.known(tenant):
            return () if licences.missing(tenant) else find_out()
        with licences.turn(tenant):
            return () if licences.missing(tenant) else find_out()

    def find_out() -> tuple[Any, ...]:
        try:
            found = exchange.ask()
        except Failure as failure:
            if not schedules.names_the_licence(failure):
                raise
            licences.learn(tenant, licensed=False)
            return ()
        licences.learn(tenant, licensed=True)
        return found

    return Exchange(principal, ask)


def _listed(
    principal: Principal,
    listing: Callable[[], list[Mapping[str, Any]]],
    understand: Callable[[Iterable[Mapping[str, Any]]], T],
) -> Exchange[T]:
    return Exchange(principal, lambda: understand(listing()))


def _tenant_name(found: Iterable[Mapping[str, Any]], identity: Identity) -> str | None:
    for tenant in found:
        if same(str(tenant.get("tenantId")), identity.tenant_id):
            name = tenant.get("displayName")
            return name if isinstance(name, str) else None
    return None
