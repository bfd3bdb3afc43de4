"""`federated`: a token of the platform the agent runs on, exchanged for one of Entra; no secret at all.

Sources: GitHub, "OpenID Connect reference"; Azure DevOps REST API "Oidctoken - Create", 7.1.
"""

import os
from pathlib import Path
from urllib.parse import quote

from azure.core.credentials import TokenCredential
from azure.core.rest import HttpRequest
from azure.identity import ClientAssertionCredential

from pal_agent.cloud.azure import Azure
from pal_agent.credentials import Place
from pal_agent.errors import SecretError
from pal_agent.settings import Federated

AUDIENCE = "api://AzureADTokenExchange"


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
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError("the token file can't be read", where=str(path)) from error
    if not token:
        raise SecretError("the token file is empty", where=str(path))
    return token


def _github(azure: Azure) -> str:
    url = _variable("ACTIONS_ID_TOKEN_REQUEST_URL", "Give the job `permissions: id-token: write`.")
    bearer = _variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "Give the job `permissions: id-token: write`.")
    separator = "&" if "?" in url else "?"
    request = HttpRequest("GET", f"{url}{separator}audience={quote(AUDIENCE, safe='')}", headers=_bearer(bearer))
    return _text(azure.platform_token(request).get("value"), "GitHub")


def _azure_devops(azure: Azure) -> str:
    url = _variable("SYSTEM_OIDCREQUESTURI", "Run inside an Azure DevOps job.")
    bearer = _variable("SYSTEM_ACCESSTOKEN", "Map it in the step: `env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}`.")
    connection = _variable(
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "Run in an AzureCLI@2 task, or set it to the service connection's ID.",
    )
    query = f"api-version=7.1&serviceConnectionId={quote(connection, safe='')}"
    request = HttpRequest(
        "POST", f"{url}?{query}", headers={**_bearer(bearer), "Content-Type": "application/json"}, content=b""
    )
    return _text(azure.platform_token(request).get("oidcToken"), "Azure DevOps")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _variable(name: str, mend: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SecretError(f"the variable {name} is not set", mend=mend)
    return value


def _text(value: object, platform: str) -> str:
    if not isinstance(value, str) or not value:
        raise SecretError(f"{platform} answered without a token")
    return value
