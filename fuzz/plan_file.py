"""A saved plan: taken, or refused, whatever somebody made of it, its fingerprint put right included."""

import json
from contextlib import suppress

from pal_agent.errors import Refused
from pal_agent.model import Plan
from pal_agent.plan import PlanFile, fingerprint

NOTHING = Plan(changes=(), blocked=(), unchanged=0, unverified=0, existing=0)


def one(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    _taken(text)
    with suppress(ValueError, RecursionError, AttributeError, TypeError):
        content = json.loads(text)
        content["schema_version"] = 1
        content["fingerprint"] = fingerprint(content)
        text = json.dumps(content)
    _taken(text)


def _taken(text: str) -> None:
    with suppress(Refused):
        saved = PlanFile.read(text, where="plan file")
        saved.allowed()
        saved.ensure_current(NOTHING, where="plan file")
