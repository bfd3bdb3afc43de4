"""Serves an estate over HTTPS on loopback: `python -m bench.azure.server DIRECTORY ESTATE LATENCY`.

One thread and next to no work for each call. Prints its port when it listens; what it counted is at `/bench/calls`.
"""

import asyncio
import json
import socket
import ssl
import sys
from collections import Counter
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path

from bench.azure.answers import Answers
from bench.azure.estate import Estate
from pal_agent.sim.certificates import make_certificates

HEAD = (
    "HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nPragma: no-cache\r\n"
    "Content-Type: application/json; charset=utf-8\r\nExpires: -1\r\n"
    "x-ms-ratelimit-remaining-subscription-reads: 249\r\n"
    "x-ms-request-id: 8f0ef5a5-1b3c-4f0e-9d53-4d3c2f0c5a11\r\n"
    "x-ms-correlation-request-id: 8f0ef5a5-1b3c-4f0e-9d53-4d3c2f0c5a11\r\n"
    "x-ms-routing-request-id: WESTEUROPE:20240730T211359Z:8f0ef5a5-1b3c-4f0e-9d53-4d3c2f0c5a11\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Length: "
)
KEPT = 4096  # answers; building one costs more than sending it


class Served:
    """The answers to every connection, and how often each kind was given."""

    def __init__(self, answers: Answers, latency: float) -> None:
        self.latency = latency
        self._calls: Counter[str] = Counter()
        self._built = lru_cache(KEPT)(answers.body)

    def answer(self, path: str, target: int) -> bytes:
        if path == "/bench/calls":
            body = json.dumps(self._calls).encode()
            self._calls.clear()
        else:
            kind, body = self._built(path, target)
            self._calls[kind] += 1
        return f"{HEAD}{len(body)}\r\nDate: {formatdate(usegmt=True)}\r\n\r\n".encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection: as much HTTP/1.1 as the clients measured here speak."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._buffer = b""
        answer = self._served.answer(head.split(b" ", 2)[1].decode(), _caller(head))
        if self._served.latency:
            asyncio.get_running_loop().call_later(self._served.latency, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _length(head: bytes) -> int:
    return int(_header(head, b"content-length") or 0)


def _caller(head: bytes) -> int:
    """The number of the target whose token it is; it stands at the token's end."""
    bearer = _header(head, b"authorization")
    return int(bearer.rpartition(b".")[2]) if bearer else -1


def _header(head: bytes, name: bytes) -> bytes:
    found = head.lower().find(b"\r\n" + name + b":")
    return head[found + len(name) + 3 :].partition(b"\r\n")[0].strip() if found >= 0 else b""


async def _serve(directory: Path, estate: Estate, latency: float) -> None:
    certificates = make_certificates(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port = listening.getsockname()[1]
    served = Served(Answers(estate, f"https://127.0.0.1:{port}"), latency)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(served), sock=listening, ssl=context)
    print(port, flush=True)
    await server.serve_forever()


def main(directory: str, estate: str, latency: str) -> None:
    asyncio.run(_serve(Path(directory), Estate(**json.loads(estate)), float(latency)))


if __name__ == "__main__":
    main(*sys.argv[1:])
