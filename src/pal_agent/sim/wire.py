"""HTTP as the simulator sees it: a request in, a response out, and how the socket is to misbehave while sending it."""

import json
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cached_property, lru_cache
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

Socket = Literal["reset", "hang", "drip", "cut", "refuse", "no-such-host", "bad-certificate"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `host` holds the port where it isn't 443; header names are lower case; `query` is still encoded."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def origin(self) -> str:
        return f"https://{self.host}"

    @cached_property
    def route(self) -> str:
        """The path as routes are written: decoded, lower case, no slash at the end."""
        return unquote(self.path).rstrip("/").lower()

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Query parameters, decoded, names in lower case: clients differ in order, case and encoding."""
        return {name.lower(): value for name, value in parse_qsl(self.query, keep_blank_values=True)}

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """One answer. `delay` is in seconds, before the first byte; `socket` is None for an orderly connection."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    delay: float = 0.0
    socket: Socket | None = None


def json_response(status: int, body: Any, *headers: tuple[str, str]) -> Response:
    content = json.dumps(body, separators=(",", ":")).encode()
    return Response(
        status=status, headers=(("Content-Type", "application/json; charset=utf-8"), *headers), body=content
    )


def arm_error(status: int, code: str, message: str, *headers: tuple[str, str]) -> Response:
    """An error as Resource Manager words it."""
    return json_response(status, {"error": {"code": code, "message": message}}, *headers)


@lru_cache(maxsize=4)
def http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
