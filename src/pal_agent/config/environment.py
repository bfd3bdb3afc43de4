"""One target out of the environment variables that every Azure tool uses, for a run without a configuration file."""

import re
from collections.abc import Mapping
from pathlib import Path

from pal_agent.config.explanation import PATTERNS
from pal_agent.config.schema import GUID, ORIGIN, PARTNER_ID
from pal_agent.errors import ConfigurationError
from pal_agent.settings import Auth, Certificate, ClientSecret, Cloud, Credential, Federated, SecretReference, Settings

SECRET = "AZURE_CLIENT_SECRET"  # noqa: S105 - the variable's name
CERTIFICATE = "AZURE_CLIENT_CERTIFICATE_PATH"
PASSWORD = "AZURE_CLIENT_CERTIFICATE_PASSWORD"  # noqa: S105 - likewise
TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 - likewise


def from_environment(partner_id: str, environ: Mapping[str, str], cwd: Path) -> Settings:
    """Settings with the one credential "environment". Of several secrets the first of client secret, certificate and
    token file is taken, as azure-identity does. Relative paths are relative to `cwd`, history included."""
    faults: list[str] = []
    tenant = _matching(environ, "AZURE_TENANT_ID", GUID, faults)
    client_id = _matching(environ, "AZURE_CLIENT_ID", GUID, faults)
    auth = _auth(environ, cwd)
    if auth is None:
        faults.append(f"none of {SECRET}, {CERTIFICATE} and {TOKEN_FILE} is set")
    cloud = _cloud(environ, faults)
    if not re.fullmatch(PARTNER_ID, partner_id):
        faults.insert(0, f"the Partner ID {PATTERNS[PARTNER_ID].removesuffix(', in quotes')}")
    if faults or auth is None:
        raise ConfigurationError("\n".join(faults), where="--from-env" if len(faults) == 1 else None)
    credential = Credential(
        name="environment", tenants=(tenant,), client_id=client_id, auth=auth, partner_id=partner_id
    )
    history = cwd / ".pal-agent" / "history.db"
    return Settings(
        partner_id=partner_id,
        partner_name=None,
        credentials=(credential,),
        state_directory=history.parent,
        cloud=cloud,
        history=history,
    )


def _matching(environ: Mapping[str, str], name: str, pattern: str, faults: list[str]) -> str:
    value = environ.get(name, "")
    if not value:
        faults.append(f"{name} is not set")
    elif not re.fullmatch(pattern, value):
        faults.append(f"{name} {PATTERNS[pattern]}")
    return value.lower()


def _auth(environ: Mapping[str, str], cwd: Path) -> Auth | None:
    if environ.get(SECRET):
        return ClientSecret(secret=SecretReference(kind="env", name=SECRET))
    if path := environ.get(CERTIFICATE):
        password = SecretReference(kind="env", name=PASSWORD) if environ.get(PASSWORD) else None
        return Certificate(path=cwd / path, password=password)
    if path := environ.get(TOKEN_FILE):
        return Federated(token=cwd / path)
    return None


def _cloud(environ: Mapping[str, str], faults: list[str]) -> Cloud:
    host = environ.get("AZURE_AUTHORITY_HOST", "")
    if not host:
        return Cloud()
    # azure-identity takes it without the scheme, too.
    spelled = host if "://" in host else f"https://{host}"
    authority = _matching({"AZURE_AUTHORITY_HOST": spelled}, "AZURE_AUTHORITY_HOST", ORIGIN, faults)
    return Cloud(authority=authority.rstrip("/"))
