"""What Azure answers: understood, or a `Failure` with a code and a message that can be shown."""

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pal_agent.cloud import judge
from pal_agent.cloud.azure import a_page, a_sign_in_answer, an_object
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.policies import claims_in, origin
from pal_agent.cloud.principal import Principal, identity_in
from pal_agent.gather import assignments, delegations, deny, link, schedules, subscriptions
from pal_agent.model import Target

NOW = datetime(2026, 11, 4, tzinfo=UTC)
NOBODY = Principal(
    Target(credential="c", tenant_id="t", client_id=None, expected_partner_id="5127255"),
    sign_in=lambda _: (_ for _ in ()).throw(AssertionError),
    timeout=1,
)
UNDERSTAND: tuple[Callable[[Any], object], ...] = (
    assignments.assignment,
    lambda content: tuple(delegations.authorizations(content, "t")),
    deny.deny_assignment,
    schedules.instance,
    lambda content: link.understand(content, NOBODY),
    subscriptions.subscription,
    lambda content: subscriptions.understand([content]),
    lambda content: subscriptions.group_names([content]),
)
SHAPES = (a_page, a_sign_in_answer, an_object)


def one(data: bytes) -> None:
    _refusals(data)
    _headers(data)
    try:
        content = judge.read_json(data, 200)
    except Failure:
        return
    _shapes(content)
    if isinstance(content, dict):
        _understood(content)


def _refusals(body: bytes) -> None:
    status = 400 + len(body) % 200
    headers: Mapping[str, str] = {
        "Retry-After": body[:40].decode("latin-1"),
        "x-ms-request-id": body[:80].decode("latin-1"),
    }
    for judgement in (judge.arm_failure, judge.sign_in_failure):
        failure = judgement(status, headers, body, NOW)
        assert failure.reason.message
        assert failure.retry_after is None or failure.retry_after > 0


def _headers(data: bytes) -> None:
    text = data.decode("latin-1")
    wait = judge.retry_after(text, NOW)
    assert wait is None or 0 < wait < float("inf")
    claims_in(text)
    claims_in(f'claims="{base64.b64encode(data).decode()}"')
    origin(text)
    for token in (text, f"h.{base64.urlsafe_b64encode(data).decode()}.s"):
        with suppress(Failure):
            identity_in(token)


def _shapes(content: Any) -> None:
    for shape in SHAPES:
        with suppress(ValueError, RecursionError):  # what the door takes for a bad response
            shape(content)


def _understood(content: dict[str, Any]) -> None:
    for understand in UNDERSTAND:
        with suppress(Failure):
            understand(content)
