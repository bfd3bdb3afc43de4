"""`federated`: a token of the platform the agent runs on, exchanged for one of Entra; no secret at all.

Sources: GitHub, "OpenID Connect reference"; Azure DevOps REST API "Oidctoken - Create", 7.1.
"""

import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from azure.core.credentials import TokenCredential
from azure.core.rest import HttpRequest
from azure.identity import ClientAssertionCredential

from pal_agent.cloud.azure import Azure
from pal_agent.cloud.failure import Failure
from pal_agent.credentials import Place, reading
from pal_agent.errors import SecretError
from pal_agent.model import Code
from pal_agent.settings import Federated

AUDIENCE = "api://AzureADTokenExchange"
PERMISSION = "Give the job `permissions: id-token: write`."
CONNECTION = "See that the service connection uses workload identity federation and this pipeline may use it."


def credential(auth: Federated, place: Place) -> TokenCredential:
    return ClientAssertionCredential(
        place.tenant_id, place.client_id, lambda: assertion(auth, place.azure), **place.options()
    )


def assertion(auth: Federated, azure: Azure) -> str:
    """The platform's token. Raises SecretError, or Failure where the platform's endpoint can't be had."""
    match auth.token:
        case "github":
            return _github(azure)
        case "azure-devops":
            return _azure_devops(azure)
        case Path() as path:
            return _file(path)


def _file(path: Path) -> str:
    try:
        token = reading.content(path).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError("the token file can't be read", where=str(path)) from error
    if not token:
        raise SecretError("the token file is empty", where=str(path))
    return token


def _github(azure: Azure) -> str:
    url = _address("ACTIONS_ID_TOKEN_REQUEST_URL", PERMISSION)
    bearer = _variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", PERMISSION)
    separator = "&" if "?" in url else "?"
    request = HttpRequest("GET", f"{url}{separator}audience={quote(AUDIENCE, safe='')}", headers=_bearer(bearer))
    return _token(azure, request, platform="GitHub", field="value", mend=PERMISSION)


def _azure_devops(azure: Azure) -> str:
    url = _address("SYSTEM_OIDCREQUESTURI", "Run inside an Azure DevOps job.")
    bearer = _variable("SYSTEM_ACCESSTOKEN", "Map it in the step: `env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}`.")
    connection = _variable(
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "Run in an AzureCLI@2 task, or set it to the service connection's ID.",
    )
    query = f"api-version=7.1&serviceConnectionId={quote(connection, safe='')}"
    headers = {**_bearer(bearer), "Content-Type": "application/json"}
    request = HttpRequest("POST", f"{url}?{query}", headers=headers, content=b"")
    return _token(azure, request, platform="Azure DevOps", field="oidcToken", mend=CONNECTION)


def _token(azure: Azure, request: HttpRequest, *, platform: str, field: str, mend: str) -> str:
    """What the platform answers; its refusals are about the credential, its other faults keep their names."""
    try:
        value = azure.platform_token(request).get(field)
    except Failure as failure:
        raise _told(failure, platform, mend) from failure
    if not isinstance(value, str) or not value:
        raise Failure(Code.BAD_RESPONSE, f"{platform} answered without a token.", status=200)
    return value


def _told(failure: Failure, platform: str, mend: str) -> Failure:
    status = failure.reason.status
    if status is not None and 400 <= status < 500 and not failure.transient:
        message = f"{platform} refused to hand out a token (HTTP {status}). {mend}"
        return Failure(Code.CREDENTIAL_INVALID, message, status=status)
    return Failure(
        failure.reason.code,
        f"{platform} gave no token: {failure.reason.message}",
        status=status,
        transient=failure.transient,
        retry_after=failure.retry_after,
    )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _variable(name: str, mend: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SecretError(f"the variable {name} is not set", mend=mend)
    return value


def _address(name: str, mend: str) -> str:
    """Where a bearer token goes to: never in the clear."""
    url = _variable(name, mend)
    if urlsplit(url).scheme != "https":
        raise SecretError(f"the variable {name} is not an https address", mend="The platform sets it; leave it alone.")
    return url
