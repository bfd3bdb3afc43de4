"""Faults as data: which requests a rule is for, and how they are answered instead."""

import fnmatch
import hashlib
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pal_agent.sim.wire import Request, Socket


@dataclass(frozen=True, kw_only=True)
class Match:
    """Which requests a rule is for. Globs are compared in lower case, `*` crosses `/`.

    Of the requests that fit, counted over the rule or for each `per`, only the `nth`, the `first` n, those `after`
    the first n, or a `probability` drawn from the seed and the request itself, so that order changes nothing.
    """

    method: str = "*"
    host: str = "*"
    path: str = "*"
    query: str = "*"
    tenant: str | None = None
    principal: str | None = None
    client_id: str | None = None
    nth: int | None = None
    first: int | None = None
    after: int | None = None
    probability: float | None = None
    seed: int = 0
    per: Literal["rule", "caller", "path"] = "rule"

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        globs = (self.method, self.host, self.path, self.query)
        return tuple(re.compile(fnmatch.translate(glob.lower()), re.DOTALL) for glob in globs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a token says instead of the truth. `expires_in` is only said; `lifetime` is when it really ends."""

    tid: str | None = None
    oid: str | None = None
    appid: str | None = None
    expires_in: int | None = None
    lifetime: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Then:
    """How to answer. `status`, `body`, `redirect`, `bomb_mib`, `deep` and `digits` replace the answer, and the
    request is carried out only where `applied`; so do the sockets other than `drip` and `cut`. All else changes the
    true answer.

    `body` is sent as it stands, `bomb_mib` is a gzip of that many MiB, `deep` is JSON nested that deep, `digits` a
    number that long. `truncate` keeps that many bytes in an orderly answer; the socket `cut` breaks off half-way.
    `next_link` is `cycle`, `endless`, `empty` (a page before the first), `port` or `upper` (the true link, its host
    spelled otherwise), or a template of {origin}, {host}, {name} (host without port), {path} and {query}; `redirect` is
    such a template too. `delay` is in seconds.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    applied: bool = False
    delay: float = 0.0
    socket: Socket | None = None
    truncate: int | None = None
    redirect: str | None = None
    next_link: str | None = None
    bomb_mib: int | None = None
    deep: int | None = None
    digits: int | None = None
    token: Token | None = None

    @property
    def replaces(self) -> bool:
        wanted = (self.status, self.body, self.redirect, self.bomb_mib, self.deep, self.digits)
        return any(value is not None for value in wanted) or (self.socket not in (None, "drip", "cut"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    match: Match = field(default_factory=Match)
    then: Then = field(default_factory=Then)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who sends a request, as far as it shows: from the token, or from a sign-in's path and form. Lower case."""

    tenant: str = ""
    principal: str = ""
    client_id: str = ""


class FaultBook:
    """Rules in order, with what each has counted. The first rule that applies decides."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = list(enumerate(rules))
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, *rules: Rule) -> None:
        """Adds rules behind the others."""
        with self._lock:
            self._rules += list(enumerate(rules, start=len(self._rules)))

    def clear(self) -> None:
        """Azure behaves again. Counts of rules are forgotten too."""
        with self._lock:
            self._rules.clear()
            self._counts.clear()

    def answer_for(self, request: Request, caller: Caller) -> Then | None:
        for number, rule in self._rules:
            if _fits(rule.match, request, caller) and self._is_due(number, rule.match, request, caller):
                return rule.then
        return None

    def _is_due(self, number: int, match: Match, request: Request, caller: Caller) -> bool:
        identity = "\n".join((caller.tenant, caller.principal, caller.client_id))
        counted = {"rule": "", "caller": identity, "path": f"{identity}\n{request.method}\n{request.route}"}[match.per]
        if match.probability is not None:
            counted = f"{identity}\n{request.method}\n{request.route}\n{request.query}"
        with self._lock:
            self._counts[number, counted] += 1
            count = self._counts[number, counted]
        if match.probability is not None:
            return _drawn(f"{match.seed}\n{number}\n{counted}\n{count}") < match.probability
        due_once = match.nth is None or count == match.nth
        return (
            due_once and (match.first is None or count <= match.first) and (match.after is None or count > match.after)
        )


def _fits(match: Match, request: Request, caller: Caller) -> bool:
    method, host, path, query = match.patterns
    return bool(
        path.match(request.route)
        and method.match(request.method.lower())
        and host.match(request.host.lower())
        and query.match(request.query.lower())
        and (match.tenant is None or match.tenant.lower() == caller.tenant)
        and (match.principal is None or match.principal.lower() == caller.principal)
        and (match.client_id is None or match.client_id.lower() == caller.client_id)
    )


def _drawn(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest()) / 2**56
