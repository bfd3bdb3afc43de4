"""Asks Azure with one credential what a run would ask, of as few subscriptions as tell something. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from azure.core.rest import HttpRequest

from pal_agent.cloud.azure import Azure
from pal_agent.cloud.exchange import Exchange
from pal_agent.cloud.principal import Principal
from pal_agent.gather import Conversation, Questions, look_behind, survey
from pal_agent.model import Missing, SubscriptionFacts, TargetFacts, same

FEW = 5  # subscriptions that are all looked into
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"  # a role that every tenant has

Sample = Callable[[tuple[SubscriptionFacts, ...], str], tuple[SubscriptionFacts, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """`facts` hold the subscriptions that were looked into, `listed` says how many there are. `licensed` is None where
    PIM was not asked, `role_definition` where there was no subscription to ask in."""

    facts: TargetFacts
    listed: int
    licensed: bool | None = None
    role_definition: object = None

    @property
    def looked_into(self) -> tuple[SubscriptionFacts, ...]:
        return self.facts.subscriptions if isinstance(self.facts.subscriptions, tuple) else ()


def everything(listed: tuple[SubscriptionFacts, ...], tenant_id: str) -> tuple[SubscriptionFacts, ...]:
    return listed


def a_few(listed: tuple[SubscriptionFacts, ...], tenant_id: str) -> tuple[SubscriptionFacts, ...]:
    """All where there are few, else one of the tenant's own and one delegated; those in use first."""
    if len(listed) <= FEW:
        return listed
    in_use_first = sorted(listed, key=lambda seen: (not same(seen.state, "Enabled"), seen.subscription_id.lower()))
    own = [seen for seen in in_use_first if same(seen.tenant_id, tenant_id)]
    delegated = [seen for seen in in_use_first if not same(seen.tenant_id, tenant_id)]
    return (*own[:1], *delegated[:1])


def examine(
    principal: Principal, questions: Questions, sample: Sample, certificate_ends: date | None
) -> Conversation[Examination]:
    facts = yield from survey(principal, questions, certificate_ends)
    if facts.clock_skew is None:
        yield (_clock(principal, questions.azure),)
        facts = replace(facts, clock_skew=principal.clock_skew)
    if isinstance(facts.subscriptions, Missing):
        return Examination(facts=facts, listed=0)
    tenant_id = principal.target.tenant_id
    chosen = sample(facts.subscriptions, tenant_id)
    seen = yield from look_behind(principal, questions, chosen)
    own = [one for one in seen if same(one.tenant_id, tenant_id)]
    roles = yield tuple(_role_definition(principal, questions.azure, one) for one in own[:1])
    return Examination(
        facts=replace(facts, subscriptions=seen),
        listed=len(facts.subscriptions),
        licensed=not questions.licences.missing(tenant_id) if own else None,
        role_definition=next(iter(roles), None),
    )


def _role_definition(principal: Principal, azure: Azure, seen: SubscriptionFacts) -> Exchange[Any]:
    path = f"/subscriptions/{seen.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    return Exchange(principal, lambda: azure.get(principal, path, {"api-version": "2022-04-01"}))


def _clock(principal: Principal, azure: Azure) -> Exchange[None]:
    """A sign-in that was refused told no time, and a wrong clock may be why. Any answer has a date; no token goes."""
    url = f"{azure.cloud.authority}/{principal.target.tenant_id}/v2.0/.well-known/openid-configuration"
    return Exchange(principal, lambda: principal.note(azure.transport.send(HttpRequest("GET", url)).headers), once=True)
