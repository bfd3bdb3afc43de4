from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import strategies as st

from pal_agent.history import RunStore
from pal_agent.model import (
    Finding,
    GroupResult,
    Link,
    LinkFact,
    LinkState,
    Missing,
    NoLink,
    RunHeader,
    Severity,
    State,
    Status,
    SubscriptionFacts,
    SubscriptionResult,
    Target,
    TargetFacts,
    TargetResult,
    Tier,
    Tiers,
)

HOSTILE = ["\ud800", "\x00", "\x1b[31m", "\x7f", "\u202e", "a\nb", "\x85", "\ufffe", "[/x]", "::set-output::", '"><']


TEXT = st.text(st.characters(exclude_categories=()), max_size=12)


def lone_surrogates_only(text: str) -> str:
    return "".join(part if not "\udc00" <= part <= "\udfff" else "?" for part in text)


@cache
def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a model type, with hostile strings in it."""
    arguments, origin = get_args(hint), get_origin(hint)
    if origin in (Union, UnionType):
        return st.one_of(*map(values_of, arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    if hint is NoneType:
        return st.none()
    if hint is str:
        return TEXT.map(lone_surrogates_only) | st.sampled_from(HOSTILE)
    if hint is float:
        return st.floats(allow_nan=False)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: values_of(hints[field.name]) for field in fields(hint)})
    return st.from_type(hint)


@pytest.fixture(scope="session")
def values() -> Callable[[Any], st.SearchStrategy[Any]]:
    return values_of


@pytest.fixture
def facts_with_link() -> Callable[[LinkFact | NoLink | Missing], TargetFacts]:
    def build(link: LinkFact | NoLink | Missing) -> TargetFacts:
        target = Target(credential="deploy", tenant_id="t", client_id=None, expected_partner_id="5127255")
        return TargetFacts(target=target, object_id=None, link=link)

    return build


def header_of(run_id: str, **more: Any) -> RunHeader:
    fixed: dict[str, Any] = {
        "command": "check",
        "started_at": "2026-03-01T10:00:00Z",
        "finished_at": "2026-03-01T10:01:00Z",
        "agent_version": "1.0",
        "exit_code": 0,
        "complete": True,
    }
    return RunHeader(id=run_id, **(fixed | more))


def small_run(run_id: str, *, link: Link | None = None, **more: Any) -> RunStore:
    """One target with one subscription, everything full."""
    target = Target(credential="Deploy", tenant_id="T1", client_id="app", expected_partner_id="5127255")
    seen = SubscriptionFacts(subscription_id="S1", name="one", tenant_id="T1", state="Enabled", groups=("rg",))
    store = RunStore(require=Tier.INFLUENCE)
    store.add_target(
        TargetFacts(target=target, object_id="O1", link=LinkFact(partner_id="5127255"), subscriptions=(seen,))
    )
    linked = Link(state=LinkState.LINKED, partner_id="5127255")
    store.add_result(
        TargetResult(target=target, object_id="O1", status=Status.VERIFIED, reason=None, link=link or linked)
    )
    tiers = Tiers(association=State.FULL, influence=State.FULL, pec=State.FULL)
    group = GroupResult(name="rg", tiers=tiers)
    store.add_result(
        SubscriptionResult(
            subscription_id="S1",
            name="one",
            tenant_id="T1",
            state="Enabled",
            tiers=tiers,
            complete=True,
            resource_groups=(group,),
        )
    )
    store.add_result(Finding(id="single-credential", severity=Severity.INFO, message="m", fix="f", scope="/x"))
    store.finish(header_of(run_id, **more))
    return store


@pytest.fixture
def a_run(request: pytest.FixtureRequest) -> Callable[..., RunStore]:
    """Makes small runs, and closes them when the test is done."""

    def build(run_id: str, **more: Any) -> RunStore:
        store = small_run(run_id, **more)
        request.addfinalizer(store.close)
        return store

    return build
