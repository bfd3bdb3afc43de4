"""What a configuration says, once it has been read and found right (`config.py` does both). Frozen; no secret in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from pal_agent.model import Target, Tier


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretReference:
    """Where a secret is to be found: never the secret. `name` is a variable, an absolute path, or a URL."""

    kind: Literal["env", "file", "keyvault"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientSecret:
    secret: SecretReference


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    path: Path
    password: SecretReference | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Federated:
    """`token` is the path of a token file, or the platform that hands tokens out."""

    token: Path | Literal["github", "azure-devops"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedIdentity:
    client_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AzureCli:
    pass


Auth = ClientSecret | Certificate | Federated | ManagedIdentity | AzureCli


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """Origins are https, without a trailing slash. `ca_bundle` is an extra CA, beside the usual ones."""

    authority: str = "https://login.microsoftonline.com"
    resource_manager: str = "https://management.azure.com"
    audience: str = "https://management.azure.com"
    ca_bundle: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """How to sign in, in which tenants, and what link is wanted there."""

    name: str
    tenants: tuple[str, ...]
    client_id: str | None
    auth: Auth
    partner_id: str
    link: Literal["present", "absent"] = "present"
    groups: tuple[str, ...] = ()
    expires: date | None = None
    tags: tuple[tuple[str, str], ...] = ()

    def targets(self) -> Iterator[Target]:
        for tenant in self.tenants:
            yield Target(
                credential=self.name,
                tenant_id=tenant,
                client_id=self.client_id,
                expected_partner_id=self.partner_id,
                link=self.link,
                groups=self.groups,
                expires=self.expires,
                tags=self.tags,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionRule:
    """Covers findings of one id whose scope matches the glob, through the day `expires`."""

    finding: str
    scope: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Notification:
    """Where to send word of a run. The URL is a secret itself, so only a reference is here."""

    url: SecretReference
    when: Literal["changed", "always", "wrong"] = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`history` is None when switched off. `state_directory` holds lock and journal either way."""

    partner_id: str
    partner_name: str | None
    credentials: tuple[Credential, ...]
    state_directory: Path
    source: Path | None = None
    cloud: Cloud = field(default_factory=Cloud)
    require: Tier = Tier.INFLUENCE
    exceptions: tuple[ExceptionRule, ...] = ()
    max_change_percent: float = 30.0
    jobs: int = 32
    timeout: float = 300.0
    history: Path | None = None
    notify: tuple[Notification, ...] = ()

    def targets(self) -> tuple[Target, ...]:
        """Every credential in every tenant, in report order."""
        found = (target for credential in self.credentials for target in credential.targets())
        return tuple(sorted(found, key=lambda target: target.key))
