"""Microsoft Entra ID, as far as an application signs in: discovery and the token endpoint, with Azure's own errors."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from pal_agent.sim.assertion import is_registered
from pal_agent.sim.estate import App, Principal, Tenant
from pal_agent.sim.faults import Token
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request, Response, json_response

LIFETIME = 3599


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInError(Exception):
    """A refusal as Entra words it."""

    status: int
    error: str
    number: int
    message: str


def is_sign_in(request: Request) -> bool:
    route = request.route
    return route.endswith(("/openid-configuration", "/oauth2/v2.0/token")) or route == "/common/discovery/instance"


def answer(azure: Azure, request: Request, *, override: Token | None = None) -> Response:
    """Answers a sign-in request; `override` makes the token say something else than the truth."""
    try:
        if request.route == "/common/discovery/instance":
            return _instance(request)
        tenant_name = unquote(request.path).strip("/").split("/")[0]
        if request.route.endswith("/token"):
            return _token(azure, request, tenant_name, override or Token())
        return _configuration(azure, request, tenant_name)
    except SignInError as error:
        return _refusal(azure, error)


def _instance(request: Request) -> Response:
    """Every host that asks is known: it is ours. The asking authority is in the query."""
    asked = urlsplit(request.parameters.get("authorization_endpoint", ""))
    tenant = asked.path.strip("/").split("/")[0] or "common"
    host = asked.netloc or request.host
    metadata = [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]
    discovery = f"https://{host}/{tenant}/v2.0/.well-known/openid-configuration"
    body = {"tenant_discovery_endpoint": discovery, "api-version": "1.1", "metadata": metadata}
    return json_response(200, body)


def _configuration(azure: Azure, request: Request, tenant_name: str) -> Response:
    tenant = azure.directory.tenant(tenant_name)
    if tenant is None:
        raise _no_such_tenant(tenant_name, "invalid_tenant")
    base = f"{request.origin}/{tenant.id}"
    return json_response(
        200,
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": "graph.microsoft.com",
        },
    )


def _token(azure: Azure, request: Request, tenant_name: str, override: Token) -> Response:
    form = request.form
    resource = _resource(form)
    tenant = azure.directory.tenant(tenant_name)
    if tenant is None:
        raise _no_such_tenant(tenant_name, "invalid_request")
    app, principal = _who(azure, tenant, form.get("client_id", ""))
    _prove(app, principal, form)
    now = int(azure.clock())
    lifetime = LIFETIME if override.lifetime is None else override.lifetime
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "appid": override.appid or app.client_id,
        "idtyp": "app",
        "oid": override.oid or principal.object_id,
        "sub": override.oid or principal.object_id,
        "tid": override.tid or tenant.id,
        "uti": uuid4().hex[:22],
        "ver": "1.0",
    }
    said = lifetime if override.expires_in is None else override.expires_in
    access_token = azure.tokens.mint(claims)
    body = {"token_type": "Bearer", "expires_in": said, "ext_expires_in": said, "access_token": access_token}
    return json_response(200, body, ("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"))


def _resource(form: dict[str, str]) -> str:
    """What the token is for. The v2 endpoint names it as a scope ending in `/.default`."""
    if form.get("grant_type") != "client_credentials":
        message = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
        raise SignInError(status=400, error="unsupported_grant_type", number=70003, message=message)
    scope = form.get("scope", "").split(" ")[0]
    if not scope.startswith("https://") or not scope.endswith("/.default"):
        message = f"The provided request must include a 'scope' ending in '/.default'; '{scope}' does not."
        raise SignInError(status=400, error="invalid_scope", number=1002012, message=message)
    return scope.removesuffix(".default").removesuffix("/")


def _who(azure: Azure, tenant: Tenant, client_id: str) -> tuple[App, Principal]:
    app = azure.directory.apps.get(client_id.lower())
    principal = azure.directory.principal_of(tenant, client_id)
    if app is None or (principal is None and not app.multi_tenant):
        message = (
            f"Application with identifier '{client_id}' was not found in the directory '{tenant.name}'. This can "
            "happen if the application has not been installed by the administrator of the tenant or consented to by "
            "any user in the tenant. You may have sent your authentication request to the wrong tenant."
        )
        raise SignInError(status=400, error="unauthorized_client", number=700016, message=message)
    if principal is None:
        message = f"The client application '{client_id}' is missing service principal in the tenant '{tenant.id}'."
        raise SignInError(status=401, error="invalid_client", number=7000229, message=message)
    if app.disabled or principal.disabled:
        message = f"Application '{client_id}' is disabled."
        raise SignInError(status=400, error="unauthorized_client", number=7000112, message=message)
    return app, principal


def _prove(app: App, principal: Principal, form: dict[str, str]) -> None:
    if "client_assertion" in form:
        if not is_registered(form["client_assertion"], app):
            message = "Client assertion contains an invalid signature. The key was not found or is expired."
            raise SignInError(status=401, error="invalid_client", number=700027, message=message)
    else:
        _check_secret(app, form.get("client_secret"))
    if principal.blocked_by_policy:
        message = "Access has been blocked by Conditional Access policies."
        raise SignInError(status=400, error="invalid_grant", number=53003, message=message)


def _check_secret(app: App, given: str | None) -> None:
    if given is None:
        message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise SignInError(status=401, error="invalid_client", number=7000218, message=message)
    secret = next((secret for secret in app.secrets if secret.value == given), None)
    if secret is None:
        message = (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{app.client_id}'."
        )
        raise SignInError(status=401, error="invalid_client", number=7000215, message=message)
    if secret.expired:
        message = f"The provided client secret keys for app '{app.client_id}' are expired."
        raise SignInError(status=401, error="invalid_client", number=7000222, message=message)


def _no_such_tenant(name: str, error: str) -> SignInError:
    message = (
        f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return SignInError(status=400, error=error, number=90002, message=message)


def _refusal(azure: Azure, refused: SignInError) -> Response:
    """The body as recorded: the code in the text, the IDs repeated in both places."""
    trace, correlation = str(uuid4()), str(uuid4())
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(azure.clock()))
    text = f"AADSTS{refused.number}: {refused.message}"
    body: dict[str, Any] = {
        "error": refused.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": [refused.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
    }
    return json_response(refused.status, body, ("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"))
