"""The simulated Azure's one question and answer. Both the in-process adapter and the HTTPS server ask here.

A request goes to sign-in or to Resource Manager; a fault rule may change or replace what comes of it; it is logged.
"""

from dataclasses import replace
from uuid import uuid4

from pal_agent.sim import arm, misbehave, sign_in
from pal_agent.sim.faults import Caller, Token
from pal_agent.sim.state import Azure, Logged
from pal_agent.sim.wire import Request, Response, arm_error, http_date

SIGN_IN_HOST = "login.microsoftonline.com"
RESOURCE_MANAGER_HOST = "management.azure.com"


def respond(azure: Azure, request: Request) -> Response:
    """Answers one request, as the estate and its faults have it. Never raises for anything a client can send."""
    caller = _caller(azure, request)
    fault = azure.faults.answer_for(request, caller)
    if fault is None:
        response = _honest(azure, request)
    else:
        response = misbehave.answer(fault, request, lambda: _honest(azure, request, override=fault.token))
    response = _dressed(azure, request, response)
    azure.log.append(_logged(azure, request, caller, response))
    return response


def _honest(azure: Azure, request: Request, override: Token | None = None) -> Response:
    is_sign_in = sign_in.is_sign_in(request)
    if request.host.lower() == (RESOURCE_MANAGER_HOST if is_sign_in else SIGN_IN_HOST):
        return arm_error(404, "NotFound", f"Nothing is served here at '{request.path}'.")
    if is_sign_in:
        return sign_in.answer(azure, request, override=override)
    return arm.answer(azure, request)


def _caller(azure: Azure, request: Request) -> Caller:
    if sign_in.is_sign_in(request):
        name = request.route.strip("/").split("/")[0]
        tenant = azure.directory.tenant(name)
        client_id = request.form.get("client_id", "").lower() if request.method == "POST" else ""
        return Caller(tenant=tenant.id.lower() if tenant else name, client_id=client_id)
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    claims = azure.tokens.claims(token) if token else None
    if claims is None:
        return Caller()
    return Caller(tenant=claims["tid"].lower(), principal=claims["oid"].lower(), client_id=claims["appid"].lower())


def _dressed(azure: Azure, request: Request, response: Response) -> Response:
    """Adds what every answer of Azure carries, where the answer doesn't say otherwise itself."""
    own = {name.lower() for name, _ in response.headers}
    correlation = request.headers.get("x-ms-correlation-request-id") or str(uuid4())
    usual = (
        ("Date", http_date(int(azure.clock()))),
        ("x-ms-request-id", str(uuid4())),
        ("x-ms-correlation-request-id", correlation),
        ("Cache-Control", "no-cache"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    )
    headers = (*response.headers, *(header for header in usual if header[0].lower() not in own))
    return replace(response, headers=headers, delay=response.delay + azure.estate.latency)


def _logged(azure: Azure, request: Request, caller: Caller, response: Response) -> Logged:
    return Logged(
        at=azure.clock(),
        method=request.method,
        host=request.host,
        path=request.path,
        query=request.query,
        tenant=caller.tenant,
        caller=caller.principal or caller.client_id,
        status=None if response.socket not in (None, "drip", "cut") else response.status,
        bearer="authorization" in request.headers,
    )
