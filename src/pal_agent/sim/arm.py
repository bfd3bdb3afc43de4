"""Resource Manager: lets callers in, counts their quota, and finds who answers a path."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pal_agent.sim import authorization, cloud_metadata, lighthouse, partners, pim, scopes, subscriptions
from pal_agent.sim.call import Call, forbidden_to
from pal_agent.sim.quota import KINDS
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request, Response, arm_error

AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")
_Handler = Callable[[Call, Mapping[str, str]], Response]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Who answers a method and path (lower case, decoded), in which api-versions."""

    method: str
    path: re.Pattern[str]
    versions: frozenset[str]
    handler: _Handler


def _route(method: str, path: str, versions: str, handler: _Handler) -> Route:
    """`path` holds {name} for one word and {scope} for any scope, the root too."""
    pattern = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{'.*?' if m[1] == 'scope' else '[^/]+'})", path)
    return Route(method=method, path=re.compile(pattern), versions=frozenset(versions.split()), handler=handler)


# Which api-versions: those of the facts and the SDKs, and those that Azure CLI 2.91 sends.
_LINKS = "/providers/microsoft.managementpartner/partners"
_ROLES = "{scope}/providers/microsoft.authorization"
_AUTHORIZATION = "2022-04-01 2020-04-01-preview 2018-01-01-preview 2022-05-01-preview 2015-07-01"
_RESOURCES = (
    "2022-12-01 2025-04-01 2024-11-01 2024-07-01 2022-09-01 2021-04-01 2021-01-01 2020-01-01 2019-11-01 2016-06-01"
)
ROUTES = (
    _route("GET", _LINKS, "2018-02-01", partners.own),
    _route("GET", _LINKS + "/{partner}", "2018-02-01", partners.by_id),
    _route("PUT", _LINKS + "/{partner}", "2018-02-01", partners.create),
    _route("PATCH", _LINKS + "/{partner}", "2018-02-01", partners.change),
    _route("DELETE", _LINKS + "/{partner}", "2018-02-01", partners.remove),
    _route("GET", "/tenants", _RESOURCES, subscriptions.tenants),
    _route("GET", "/subscriptions", _RESOURCES, subscriptions.listed),
    _route("GET", "/subscriptions/{subscription}", _RESOURCES, subscriptions.one),
    _route("GET", "/subscriptions/{subscription}/resourcegroups", _RESOURCES, subscriptions.groups),
    _route("GET", "/subscriptions/{subscription}/resourcegroups/{group}", _RESOURCES, subscriptions.group),
    _route("GET", _ROLES + "/roleassignments", _AUTHORIZATION, authorization.role_assignments),
    _route("GET", _ROLES + "/roledefinitions", _AUTHORIZATION, authorization.role_definitions),
    _route("GET", _ROLES + "/roledefinitions/{name}", _AUTHORIZATION, authorization.role_definition),
    _route("GET", _ROLES + "/denyassignments", _AUTHORIZATION, authorization.deny_assignments),
    _route("GET", _ROLES + "/permissions", _AUTHORIZATION, authorization.permissions),
    _route("GET", _ROLES + "/roleassignmentscheduleinstances", "2020-10-01", pim.assignment_instances),
    _route("GET", _ROLES + "/roleeligibilityscheduleinstances", "2020-10-01", pim.eligibility_instances),
    _route(
        "GET",
        "/subscriptions/{subscription}/providers/microsoft.managedservices/registrationassignments",
        "2022-10-01 2022-01-01-preview 2019-09-01 2019-06-01",
        lighthouse.registration_assignments,
    ),
)


def _kind(path: str) -> str:
    """What tells routes apart before any pattern is tried: the last provider and type in a path, if there are any."""
    _, provider, rest = path.rpartition("/providers/")
    return "/".join(rest.split("/")[:2]) if provider else ""


_BY_KIND: dict[str, list[Route]] = {}
for _each in ROUTES:
    _BY_KIND.setdefault(_kind(_each.path.pattern), []).append(_each)


def answer(azure: Azure, request: Request) -> Response:
    """Answers a request to Resource Manager as its caller may have it."""
    if request.route == "/metadata/endpoints":
        return cloud_metadata.endpoints(request)
    call = _let_in(azure, request)
    if isinstance(call, Response):
        return call
    left, wait, header = _take(call)
    if wait:
        message = f"Number of requests exceeded the limit. Please try again after '{wait}' seconds."
        return arm_error(429, "TooManyRequests", message, ("Retry-After", str(wait)), (header, "0"))
    response = _dispatch(call)
    return Response(status=response.status, headers=(*response.headers, (header, str(left))), body=response.body)


def _let_in(azure: Azure, request: Request) -> Call | Response:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        return _unauthorized(
            request, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
        )
    claims = azure.tokens.claims(token.strip())
    if claims is None:
        return _unauthorized(request, "InvalidAuthenticationToken", "The access token is invalid.")
    if claims["exp"] <= azure.clock():
        return _unauthorized(request, "ExpiredAuthenticationToken", "The access token expiry UTC time is in the past.")
    audience = str(claims["aud"]).rstrip("/").lower()
    if audience not in (*AUDIENCES, request.origin.lower()):
        message = f"The access token has been obtained for wrong audience or resource '{audience}'."
        return _unauthorized(request, "InvalidAuthenticationTokenAudience", message)
    caller = azure.directory.identity(tenant=claims["tid"], object_id=claims["oid"], client_id=claims["appid"])
    return Call(azure=azure, request=request, caller=caller)


def _unauthorized(request: Request, code: str, message: str) -> Response:
    challenge = (
        f'Bearer authorization_uri="{request.origin}/common", error="invalid_token", error_description="{message}"'
    )
    return arm_error(401, code, message, ("WWW-Authenticate", challenge))


def _take(call: Call) -> tuple[int, int, str]:
    """Counts the call: what is left, how long to wait, and the header that tells what is left."""
    kind = KINDS.get(call.request.method, "writes")
    subscription = scopes.subscription_of(call.request.route)
    left, wait = call.azure.quotas.take(principal=call.caller.object_id, place=subscription or "", kind=kind)
    if call.request.route.startswith(_LINKS) and kind != "reads":
        return left, wait, "x-ms-ratelimit-remaining-tenant-resource-requests"
    return left, wait, f"x-ms-ratelimit-remaining-{'subscription' if subscription else 'tenant'}-{kind}"


def _dispatch(call: Call) -> Response:
    request = call.request
    candidates = _BY_KIND.get(_kind(request.route), ())
    fitting = [(route, match) for route in candidates if (match := route.path.fullmatch(request.route))]
    for route, match in fitting:
        if route.method != request.method:
            continue
        return _version_error(request, route) or _subscription_error(call) or route.handler(call, match.groupdict())
    if fitting:
        return arm_error(405, "MethodNotAllowed", f"The request method '{request.method}' is not allowed here.")
    return arm_error(404, "InvalidResourceType", f"Nothing is simulated at '{request.path}'.")


def _version_error(request: Request, route: Route) -> Response | None:
    version = request.parameters.get("api-version")
    if version is None:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        return arm_error(400, "MissingApiVersionParameter", message)
    if version.lower() in route.versions:
        return None
    supported = ",".join(sorted(route.versions))
    provider = request.route.rpartition("/providers/")[2].split("/")
    if provider[0].startswith("microsoft."):
        message = (
            f"No registered resource provider found for location '' and API version '{version}' for type "
            f"'{provider[1]}'. The supported api-versions are '{supported}'."
        )
        return arm_error(400, "NoRegisteredProviderFound", message)
    message = f"The api-version '{version}' is invalid. The supported versions are '{supported}'."
    return arm_error(400, "InvalidApiVersionParameter", message)


def _subscription_error(call: Call) -> Response | None:
    """Why the subscription in the path can't be had: it doesn't exist, or the caller has no role in it."""
    scope = call.request.route
    subscription = scopes.subscription_of(scope)
    if subscription is None:
        return None
    placed = call.azure.directory.subscriptions.get(subscription)
    if placed is None:
        message = f"The subscription '{subscription}' could not be found."
        return arm_error(404, "SubscriptionNotFound", message)
    if not call.azure.directory.sees(call.caller, placed):
        return forbidden_to(call, action="Microsoft.Resources/subscriptions/read", scope=placed.scope)
    return None
