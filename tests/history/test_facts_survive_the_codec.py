"""What is recorded is what was known."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent import codec
from pal_agent.model import (
    Code,
    Counts,
    Finding,
    LinkFact,
    Missing,
    NoLink,
    Reason,
    SubscriptionFacts,
    SubscriptionResult,
    TargetFacts,
    TargetResult,
)


@pytest.mark.parametrize("kind", [TargetFacts, SubscriptionFacts, TargetResult, SubscriptionResult, Finding])
@settings(max_examples=30)
@given(data=st.data())
def test_a_value_comes_back_as_it_was(values, kind: type, data: st.DataObject) -> None:
    """Every kind of fact and answer, missing ones included, whatever its strings hold; and as plain ASCII."""
    value = data.draw(values(kind))
    text = codec.dumps(value)
    assert text.isascii()
    assert codec.loads(kind, text) == value


def test_a_field_that_holds_its_default_is_left_out() -> None:
    """So records stay small, and a field added later reads older records."""
    assert codec.encode(Reason(code=Code.TIMEOUT, message="late")) == {"code": "timeout", "message": "late"}


@pytest.mark.parametrize(
    "fact", [LinkFact(partner_id="5127255"), NoLink(), Missing(reason=Reason(code=Code.TIMEOUT, message=""))]
)
def test_no_kind_of_link_is_taken_for_another(fact: LinkFact | NoLink | Missing, facts_with_link) -> None:
    """An unreadable link never comes back as no link."""
    value = facts_with_link(fact)
    assert type(codec.decode(TargetFacts, codec.encode(value)).link) is type(fact)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"code": "timeout"},
        {"code": "no such code", "message": ""},
        {"code": "timeout", "message": 5},
        {"code": "timeout", "message": "", "status": True},
        {"code": "timeout", "message": "", "status": "401"},
        {"code": "timeout", "message": "", "unheard": 1},
        {"code": [], "message": ""},
    ],
)
def test_what_encode_would_not_write_is_refused(data: codec.Json) -> None:
    """Damage is said, never guessed at."""
    with pytest.raises(codec.CodecError):
        codec.decode(Reason, data)


@given(text=st.binary(max_size=40))
def test_damaged_text_is_refused(text: bytes) -> None:
    """Whatever the bytes: an answer or a `CodecError`."""
    try:
        counts = codec.loads(Counts, text)
    except codec.CodecError:
        return
    assert json.loads(text) is not None
    assert isinstance(counts, Counts)
