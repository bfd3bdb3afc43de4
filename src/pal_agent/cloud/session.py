"""The socket side: TLS, proxies, pools. No cookies, no netrc, no redirects, no hidden retries.

`requests`' own session reads ~/.netrc (which replaces the bearer token) and keeps cookies, so requests go straight to
its adapter. Proxies and CA bundles of the environment, which that would lose, are passed on explicitly.
"""

import os
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool

from pal_agent.cloud import deadline
from pal_agent.cloud.connection import Body, Head, Pool, message
from pal_agent.errors import ConfigurationError

MOST_HOSTS = 1000  # whose connections are kept
POOLS = {"http": HTTPConnectionPool, "https": Pool}
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class DeadlineSocket(ssl.SSLSocket):
    """A TLS socket that gives every single read no more time than the exchange has left.

    A read timeout alone never fires on a peer that sends a byte now and then.
    """

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Everything that is received comes through here."""
        remaining = deadline.left()
        if remaining <= 0:
            raise TimeoutError("the exchange is out of time")
        self.settimeout(min(remaining, deadline.READ_TIMEOUT))
        return super().read(*args, **kwargs)


def trust(extra: Path | None, environment: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """The TLS context of the run: the usual authorities, those of the environment, and `extra`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = DeadlineSocket
    bundle = next((environment[name] for name in CA_VARIABLES if environment.get(name)), certifi.where())
    for path in (bundle, extra):
        if path is not None:
            _load(context, Path(path))
    return context


def _load(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(capath=path) if path.is_dir() else context.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"this CA bundle can't be used ({error.__class__.__name__})",
            where=str(path),
            mend="Name a readable PEM file in cloud.ca_bundle or " + ", ".join(CA_VARIABLES) + ".",
        ) from error


class Adapter(HTTPAdapter):
    """requests' adapter with one TLS context for all connections and pools that fit all jobs.

    It opens connections; on those that stand, exchanges are made in fewer steps (see `connection`).
    """

    def __init__(self, context: ssl.SSLContext, jobs: int) -> None:
        self._context = context
        self._pools: dict[tuple[str, str], Any] = {}
        super().__init__(pool_connections=MOST_HOSTS, pool_maxsize=jobs, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        options.update(ssl_context=self._context, socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])
        super().init_poolmanager(connections, maxsize, block, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def close(self) -> None:
        """Every connection too: urllib3 leaves them to the garbage collector, which may take its time."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in list(manager.pools.keys()):
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Found out once for each origin and proxy."""
        origin = "/".join((request.url or "").split("/", 3)[:3]), (proxies or {}).get("https", "")
        if origin not in self._pools:
            self._pools[origin] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pools[origin]

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        """The context already knows whom to trust; requests would load its bundle again for every connection."""
        host, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {"cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """`timeout`: a pair of seconds. Raises OSError and `http.client.HTTPException` beside what requests raises."""
        pool = self.get_connection_with_tls_context(request, verify, proxies, cert)
        standing = pool.standing() if isinstance(pool, Pool) else None
        if standing is None:
            return super().send(request, stream, timeout, verify, cert, proxies)
        head, body = standing.exchange(message(request), method=request.method or "", timeout=timeout[1])
        return Received(request, head, body)


class Received(requests.Response):
    """requests' response without a jar for cookies, which costs more to build than the rest of it."""

    def __init__(self, request: requests.PreparedRequest, head: Head, body: Body) -> None:
        self._content: Any = False  # requests' word for: not read yet
        self._content_consumed = False
        self.request, self.raw = request, body
        self.status_code, self.reason = head.status, head.reason
        self.headers = head.headers
        self.url, self.encoding, self.history = request.url or "", None, []


class Session:
    """Sends prepared requests through one adapter; safe to use from many threads."""

    def __init__(self, adapter: BaseAdapter) -> None:
        self._adapter = adapter
        self._proxies: dict[str, dict[str, str]] = {}

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a session stays in its process: a proxy's address may hold a password")

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """One exchange, as far as the response's headers. Raises what `Adapter` raises."""
        left = deadline.left()
        timeout = (min(left, deadline.CONNECT_TIMEOUT) or 0.001, min(left, deadline.READ_TIMEOUT) or 0.001)
        return self._adapter.send(request, stream=True, timeout=timeout, proxies=self._proxies_for(request.url or ""))

    def _proxies_for(self, url: str) -> dict[str, str]:
        host = urlsplit(url).netloc
        if host not in self._proxies:
            found = get_environ_proxies(url, no_proxy=None)
            proxy = select_proxy(url, found)
            self._proxies[host] = {"https": proxy, "http": proxy} if proxy else {}
        return self._proxies[host]

    def close(self) -> None:
        self._adapter.close()
