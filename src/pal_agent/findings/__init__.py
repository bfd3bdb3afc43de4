"""Findings: what a person should act on. One file for each, and nothing else to touch when you add one.

To add the finding `link-on-holiday`, write `findings/link_on_holiday.py` with two names in it:

- `FINDING = Kind(module=__name__, ...)`: severity, and the texts that `pal-agent explain` shows. The id is the
  file's name with dashes for underscores. `about` says which view `find` gets.
- `find(view, context)`: yields `view.finding(FINDING, message=..., fix=...)` for what it finds, else nothing.
  It is pure: the same view gives the same findings, and the day comes from `context.today`.

`link_missing.py` is the one to copy. `tests/findings/test_every_finding_keeps_the_contract.py` runs over this
folder, so a new file is tested before its author writes a test; its row in `CONTRACT` there is its severity.
Files that begin with an underscore are no findings: they hold what several share.
"""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, Literal

from pal_agent.attribution import Holding, Sighting, holdings, is_earning
from pal_agent.model import (
    Finding,
    Severity,
    State,
    SubscriptionFacts,
    SubscriptionResult,
    Target,
    TargetFacts,
    TargetResult,
    Tier,
    same,
)
from pal_agent.roles import Catalogue

About = Literal["target", "subscription"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a finding is, for readers who have never heard of PAL. Texts are paragraphs; `mend` lines that
    begin with four spaces are commands and are shown as they stand."""

    module: str
    about: About
    severity: Severity
    title: str
    meaning: str
    matters: str
    mend: str
    source: str

    @property
    def id(self) -> str:
        return self.module.rpartition(".")[2].replace("_", "-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What is the same for the whole run. `today` is passed in: findings own no clock."""

    partner_id: str
    partner_name: str | None
    require: Tier
    today: date
    catalogue: Catalogue


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetView:
    """One target. `previous` is its row in the last recorded run; `written_by_us` the Partner ID that our journal
    says we last wrote since then ("" for a removal), or None when we wrote nothing.

    `held` is what an earning target holds or may hold in each subscription: `about_target` fills it in, once for all
    findings. Targets that don't earn hold nothing that anybody counts.
    """

    facts: TargetFacts
    result: TargetResult
    previous: TargetResult | None = None
    written_by_us: str | None = None
    held: tuple[tuple[SubscriptionFacts, tuple[Holding, ...]], ...] = ()

    @property
    def target(self) -> Target:
        return self.facts.target

    @property
    def who(self) -> str:
        """The target in words; the tenant's name is Azure's and may hold anything."""
        tenant, name = self.target.tenant_id, self.facts.tenant_name
        return f"{self.target.credential} in tenant {f'{name} ({tenant})' if name else tenant}"

    @property
    def subscriptions(self) -> tuple[SubscriptionFacts, ...]:
        """What it saw; nothing when the list itself could not be read."""
        return self.facts.subscriptions if isinstance(self.facts.subscriptions, tuple) else ()

    def finding(self, kind: Kind, *, message: str, fix: str, scope: str | None = None) -> Finding:
        return Finding(
            id=kind.id,
            severity=kind.severity,
            message=message,
            fix=fix,
            credential=self.target.credential,
            tenant_id=self.target.tenant_id,
            scope=scope,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionView:
    """One subscription, with everything that any target saw of it (in target order, earning or not)."""

    result: SubscriptionResult
    sightings: tuple[Sighting, ...] = ()

    @property
    def what(self) -> str:
        """The subscription in words; its name is Azure's and may hold anything."""
        return f"subscription {self.result.name} ({self.result.subscription_id})"

    @property
    def enabled(self) -> bool:
        return same(self.result.state, "Enabled")

    def required(self, context: Context) -> State:
        """How far it is attributed in the tier that the policy asks for."""
        return self.result.tiers.of(context.require)

    def finding(self, kind: Kind, *, message: str, fix: str) -> Finding:
        return Finding(id=kind.id, severity=kind.severity, message=message, fix=fix, scope=self.result.scope)


def about_target(view: TargetView, context: Context) -> list[Finding]:
    """Everything to be said about one target, in report order."""
    return _found("target", replace(view, held=tuple(_held_in_each(view, context))), context)


def about_subscription(view: SubscriptionView, context: Context) -> list[Finding]:
    """Everything to be said about one subscription, in report order."""
    return _found("subscription", view, context)


@cache
def all_findings() -> tuple[Kind, ...]:
    """Every kind of finding there is, by id."""
    return tuple(sorted((module.FINDING for module in _modules()), key=lambda kind: kind.id))


def explain(finding_id: str) -> str:
    """The whole story of a finding as plain text, its words defined. KeyError when there is no such finding."""
    from pal_agent.findings._explanation import explanation

    return explanation({kind.id: kind for kind in all_findings()}[finding_id])


def _held_in_each(view: TargetView, context: Context) -> Iterator[tuple[SubscriptionFacts, tuple[Holding, ...]]]:
    for seen in view.subscriptions if is_earning(view.facts) else ():
        yield seen, holdings(view.facts, seen, context.catalogue)


def _found(about: About, view: Any, context: Context) -> list[Finding]:
    found = (finding for find in _finders(about) for finding in find(view, context))
    return sorted(found, key=lambda finding: finding.order)


@cache
def _finders(about: About) -> tuple[Callable[[Any, Context], Iterator[Finding]], ...]:
    return tuple(module.find for module in _modules() if module.FINDING.about == about)


@cache
def _modules() -> tuple[Any, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}") for name in names)
