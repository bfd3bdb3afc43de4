"""Carries out a fault: changes a true answer, or puts another in its place."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pal_agent.sim.faults import Then
from pal_agent.sim.paging import link_to
from pal_agent.sim.wire import Request, Response

_JSON = ("Content-Type", "application/json; charset=utf-8")


def answer(fault: Then, request: Request, honest: Callable[[], Response]) -> Response:
    """The faulty answer. `honest` carries the request out; it is called at most once, and not at all where the fault
    comes before the work."""
    if fault.replaces:
        if fault.applied:
            honest()
        response = _replaced(fault, request)
    else:
        response = _changed(fault, request, honest())
    given = {name.lower() for name in fault.headers}
    kept = (header for header in response.headers if header[0].lower() not in given)
    headers = (*kept, *((name, value.replace("{origin}", request.origin)) for name, value in fault.headers.items()))
    return replace(response, headers=headers, socket=fault.socket, delay=response.delay + fault.delay)


def _replaced(fault: Then, request: Request) -> Response:
    if fault.redirect is not None:
        location = _filled(fault.redirect, request)
        return Response(status=fault.status or 302, headers=(("Location", location), ("Content-Type", "text/html")))
    if fault.bomb_mib is not None:
        headers = (_JSON, ("Content-Encoding", "gzip"))
        return Response(status=fault.status or 200, headers=headers, body=_bomb(fault.bomb_mib))
    status = fault.status or 200
    if fault.deep is not None:
        body = b'{"value":' + b"[" * fault.deep + b"]" * fault.deep + b"}"
    elif fault.digits is not None:
        body = b'{"value":[],"number":' + b"9" * fault.digits + b"}"
    elif fault.body is not None:
        body = fault.body.encode()
    else:
        body = json.dumps({"error": {"code": f"Simulated{status}", "message": "A simulated fault."}}).encode()
    is_html = body.lstrip()[:1] == b"<"
    return Response(status=status, headers=(("Content-Type", "text/html") if is_html else _JSON,), body=body)


def _changed(fault: Then, request: Request, response: Response) -> Response:
    if fault.next_link is not None and response.body.startswith(b'{"value":['):
        response = replace(response, body=_relinked(fault.next_link, request, response.body))
    if fault.truncate is not None:
        response = replace(response, body=response.body[: fault.truncate])
    return response


def _relinked(next_link: str, request: Request, body: bytes) -> bytes:
    """The list with another `nextLink`."""
    content: dict[str, Any] = json.loads(body)
    token = request.parameters.get("$skiptoken", "")
    number = token.removeprefix("sim-")
    count = int(number) if number != token and number.isdecimal() else 0
    if next_link == "empty":
        if count == 0:
            content = {**content, "value": [], "nextLink": link_to(request, "sim-1")}
    elif next_link in ("port", "upper"):
        if "nextLink" in content:
            content["nextLink"] = _respelled(next_link, content["nextLink"])
    elif next_link == "endless":
        content["nextLink"] = link_to(request, f"sim-{count + 1}")
    elif next_link == "cycle":
        content["nextLink"] = link_to(request, "sim-2" if count == 1 else "sim-1")
    else:
        content["nextLink"] = _filled(next_link, request)
    return json.dumps(content, separators=(",", ":")).encode()


def _respelled(how: str, link: str) -> str:
    """The same address in another spelling: the usual port said aloud, or the host in capitals."""
    scheme, host, *rest = urlsplit(link)
    host = host.upper() if how == "upper" else host if ":" in host else f"{host}:443"
    return urlunsplit((scheme, host, *rest))


def _filled(template: str, request: Request) -> str:
    return template.format(
        origin=request.origin,
        host=request.host,
        name=request.host.partition(":")[0],
        path=request.path,
        query=request.query,
    )


@cache
def _bomb(mib: int) -> bytes:
    """A JSON object padded with spaces to so many MiB, as gzip members: small here, huge when unpacked."""
    member = gzip.compress(b" " * 2**20, mtime=0)
    return gzip.compress(b'{"value":[]', mtime=0) + member * mib + gzip.compress(b"}", mtime=0)
