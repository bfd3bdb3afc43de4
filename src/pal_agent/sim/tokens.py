"""Access tokens: JWTs to look at, signed so that only our own are taken."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

_HEADER = {"typ": "JWT", "alg": "RS256", "kid": "simulated"}


class Tokens:
    """Mints and reads tokens. Keeps none of them but a bounded set of those it has already verified."""

    def __init__(self, *, key: bytes, clock: Callable[[], float]) -> None:
        self._key = key
        self._clock = clock
        self._verified: dict[str, dict[str, Any]] = {}

    def mint(self, claims: dict[str, Any]) -> str:
        head = f"{_encoded(_HEADER)}.{_encoded(claims)}"
        return f"{head}.{self._signature(head)}"

    def claims(self, token: str) -> dict[str, Any] | None:
        """What one of our tokens says, expired ones included; None for any other."""
        if token not in self._verified:
            head, _, signature = token.rpartition(".")
            if not hmac.compare_digest(signature.encode(), self._signature(head).encode()):
                return None
            if len(self._verified) > 2_000:
                self._verified.clear()
            self._verified[token] = payload_of(token)
        return self._verified[token]

    def _signature(self, head: str) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._key, head.encode(), hashlib.sha256)).rstrip(b"=").decode()


def payload_of(token: str) -> dict[str, Any]:
    """The claims of any JWT. Raises ValueError when it isn't one."""
    return part_of(token, 1)


def part_of(token: str, number: int) -> dict[str, Any]:
    """The header (0) or payload (1) of a JWT. Raises ValueError when it isn't one."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not a JWT")
    part = parts[number]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(found, dict):
        raise ValueError("not a JWT")
    return found


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=").decode()
