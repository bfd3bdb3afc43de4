"""The simulated Azure over HTTPS on loopback: one thread, any number of keep-alive connections."""

import asyncio
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pal_agent.sim.certificates import Certificates, make_certificates
from pal_agent.sim.connection import Connection
from pal_agent.sim.respond import respond
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request, Response, json_response

HOST = "127.0.0.1"
BACKLOG = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running server. `url` is sign-in and Resource Manager alike; clients must trust `ca_path`."""

    azure: Azure
    url: str
    port: int
    ca_path: Path


@contextmanager
def serve(azure: Azure, *, port: int = 0, directory: Path | None = None) -> Iterator[Server]:
    """Serves until the block ends. Port 0 takes a free one. Certificates go into `directory`, else a temporary one.

    Raises OSError when the port can't be had.
    """
    with tempfile.TemporaryDirectory(prefix="simulated-azure-") as temporary:
        certificates = make_certificates(directory or Path(temporary))
        running = _Running(azure, certificates)
        running.start(port)
        try:
            url = f"https://{HOST}:{running.port}"
            yield Server(azure=azure, url=url, port=running.port, ca_path=certificates.ca)
        finally:
            running.stop()


class _Running:
    """An event loop in a thread of its own."""

    def __init__(self, azure: Azure, certificates: Certificates) -> None:
        self._azure = azure
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.chain, certificates.key)
        self._loop = asyncio.new_event_loop()
        self._connections: set[Connection] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated-azure", daemon=True)
        self.port = 0

    def start(self, port: int) -> None:
        self._loop.set_exception_handler(_quiet)
        try:
            server = self._loop.run_until_complete(self._listen(port))
        except OSError:
            self._loop.close()
            raise
        self._server = server
        self.port = server.sockets[0].getsockname()[1]
        self._thread.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _listen(self, port: int) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: Connection(lambda request: answer(self._azure, request), self._connections),
            HOST,
            port,
            ssl=self._context,
            backlog=BACKLOG,
        )

    async def _close(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.abort()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), timeout=2)


def answer(azure: Azure, request: Request) -> Response:
    """What is served: Azure, and beside it what the simulator knows of itself, which Azure doesn't tell."""
    match request.route:
        case "/_sim/requests":
            return json_response(200, [asdict(entry) for entry in list(azure.log)])
        case "/_sim/links":
            links = [{"tenant": t, "object_id": o, "partner_id": partner} for (t, o), partner in azure.links().items()]
            return json_response(200, links)
        case _:
            return respond(azure, request)


def _quiet(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Clients that hang up are everyday; anything else is a bug and must be seen."""
    error = context.get("exception")
    if isinstance(error, BaseException) and not isinstance(error, OSError):
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
