"""A build platform's token endpoint on loopback, over HTTPS: it answers one way, and keeps what it was asked."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pal_agent.sim.certificates import make_certificates


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Platform:
    url: str
    ca: Path
    asked: list[Asked] = field(default_factory=list)


def token(issuer: str) -> str:
    """As the platforms sign theirs, but for the signature: the simulated Entra doesn't check it."""
    header, claims = {"alg": "RS256", "typ": "JWT"}, {"iss": issuer, "sub": "repo:contoso/pal:ref:refs/heads/main"}
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join([*parts, "c4nary"])


@contextmanager
def platform(folder: Path, *, status: int = 200, body: bytes = b"", **headers: str) -> Iterator[Platform]:
    """Answers every request with this."""
    files = make_certificates(folder)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(method=self.command, target=self.path, headers=self.headers, body=self.rfile.read(length))
            known.asked.append(asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.chain, files.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        known = Platform(url=f"https://127.0.0.1:{server.server_port}", ca=files.ca)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
