"""Lists in pages, with the `nextLink` that Azure gives."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pal_agent.sim.call import Call
from pal_agent.sim.wire import Request, Response, json_response

DEFAULT_SIZE = 1000


def page(call: Call, items: Sequence[Any], *, kind: str, **more: Any) -> Response:
    """One page of `items`. `kind` picks the page size of the estate; `more` stands beside `value`."""
    sizes = call.azure.estate.page_sizes
    size = sizes.get(kind, sizes.get("default", DEFAULT_SIZE))
    start = _start(call.request)
    body: dict[str, Any] = {"value": items[start : start + size], **more}
    if start + size < len(items):
        body["nextLink"] = link_to(call.request, str(start + size))
    return json_response(200, body)


def link_to(request: Request, token: str) -> str:
    """The same request again with another `$skiptoken`."""
    kept = [part for part in request.query.split("&") if part and not _is_skip_token(part)]
    return f"{request.origin}{request.path}?{'&'.join([*kept, f'%24skiptoken={quote(token)}'])}"


def _start(request: Request) -> int:
    token = request.parameters.get("$skiptoken", "")
    return int(token) if token.isdecimal() else 0


def _is_skip_token(part: str) -> bool:
    return part.lower().startswith(("$skiptoken=", "%24skiptoken="))
