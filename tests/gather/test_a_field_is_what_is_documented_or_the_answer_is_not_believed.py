"""Fields of Azure's answers: what is documented is read, anything else is a `bad-response` that names the field."""

from collections.abc import Callable
from typing import Any

import pytest

from pal_agent.cloud.failure import Failure
from pal_agent.gather import fields
from pal_agent.model import Code

GUID = "b24988ac-6180-42a0-ab88-20f7382dd24c"
GOOD = [
    (fields.text, "x", "x"),
    (fields.optional_text, None, None),
    (fields.optional_text, "x", "x"),
    (fields.child, {}, {}),
    (fields.children, None, ()),
    (fields.children, [{}], ({},)),
    (fields.guid_at_end, f"/subscriptions/s/roleDefinitions/{GUID.upper()}/", GUID),
]
BAD = [
    *((fields.text, wrong) for wrong in (None, "", 5, [])),
    *((fields.optional_text, wrong) for wrong in (5, [], {})),
    *((fields.child, wrong) for wrong in (None, [], "x")),
    *((fields.children, wrong) for wrong in ({}, "x", [1], [None])),
    *((fields.guid_at_end, wrong) for wrong in (None, "", "/x", GUID[1:])),
]


@pytest.mark.parametrize(("read", "value", "expected"), GOOD)
def test_it_is_read(read: Callable[..., Any], value: Any, expected: Any) -> None:
    """Absent is as null."""
    assert read({"field": value}, "field") == expected
    if value is None:
        assert read({}, "field") == expected


@pytest.mark.parametrize(("read", "value"), BAD)
def test_it_is_not_believed(read: Callable[..., Any], value: Any) -> None:
    """By the field's name, without its value."""
    with pytest.raises(Failure, match="`field`") as caught:
        read({"field": value}, "field")
    assert caught.value.reason.code is Code.BAD_RESPONSE
