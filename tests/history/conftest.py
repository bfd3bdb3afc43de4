from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import strategies as st

from pal_agent.model import LinkFact, Missing, NoLink, Target, TargetFacts

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
