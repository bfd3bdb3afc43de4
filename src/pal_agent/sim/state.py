"""What changes while the simulated Azure runs: links, tokens, quotas, faults, and the log of requests."""

import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from pal_agent.sim.directory import Directory
from pal_agent.sim.estate import Estate, Link
from pal_agent.sim.faults import FaultBook, Rule
from pal_agent.sim.quota import Quotas
from pal_agent.sim.tokens import Tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """One request that arrived. Times are seconds since 1970; `status` is None when no answer was sent; `caller` is
    the object ID in the token, or the client ID of a sign-in. Holds no secret, no token, no body."""

    at: float
    method: str
    host: str
    path: str
    query: str
    tenant: str
    caller: str
    status: int | None
    bearer: bool


class Azure:
    """A running estate. Safe to use from many threads."""

    def __init__(
        self, estate: Estate, *, faults: tuple[Rule, ...] = (), clock: Callable[[], float] = time.time
    ) -> None:
        self.estate = estate
        self.clock = clock
        self.directory = Directory(estate)
        self.faults = FaultBook((*faults, *estate.faults))
        self.tokens = Tokens(key=secrets.token_bytes(32), clock=clock)
        self.quotas = Quotas(throttle=estate.throttle, clock=clock)
        self.lock = threading.RLock()
        self.log: deque[Logged] = deque()
        self._links: dict[tuple[str, str], Link] = {}
        for tenant in estate.tenants:
            for principal in tenant.principals:
                if principal.link is not None:
                    self._links[tenant.id.lower(), principal.object_id.lower()] = principal.link

    def link(self, tenant: str, object_id: str) -> Link | None:
        """The stored link, deleted ones included."""
        return self._links.get((tenant.lower(), object_id.lower()))

    def store_link(self, tenant: str, object_id: str, link: Link) -> None:
        self._links[tenant.lower(), object_id.lower()] = link

    def links(self) -> dict[tuple[str, str], str]:
        """The partner ID of every active link, by tenant ID and object ID in lower case."""
        with self.lock:
            return {key: link.partner_id for key, link in sorted(self._links.items()) if link.state == "Active"}

    def calls(self, method: str = "", path: str = "") -> int:
        """How many logged requests have this method and this text in their path, in any case."""
        return sum(
            (not method or entry.method == method.upper()) and path.lower() in entry.path.lower()
            for entry in list(self.log)
        )

    def methods(self) -> Counter[str]:
        """Logged requests by method, sign-ins (POST to a token endpoint) under `sign-in`."""
        return Counter("sign-in" if entry.path.endswith("/token") else entry.method for entry in list(self.log))
