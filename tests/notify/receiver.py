"""A service on loopback that takes notifications and keeps them."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pal_agent.sim.certificates import make_certificates


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """`got` are the bodies, read as JSON; `address` is host and port."""

    address: str
    got: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def receiver(*, status: int = 200, certificates: Path | None = None) -> Iterator[Receiver]:
    """Answers every POST with `status`; over HTTPS when there is a folder for certificates."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            known.paths.append(self.path)
            known.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificates is not None:
            files = make_certificates(certificates)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(files.chain, files.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        known = Receiver(address=f"127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
