"""The shape of a configuration file: every key, its type, bounds and meaning. Rules between keys are in `rules`."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from pal_agent.config.catalogue import FINDINGS

PARTNER_ID = r"^[1-9][0-9]{3,9}$"
GUID = r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
ORIGIN = r"^[Hh][Tt][Tt][Pp][Ss]://([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?$"
AUDIENCE = r"^[Hh][Tt][Tt][Pp][Ss]://[^\s/@?#][^\s@?#]*$"
NAME = r"^\S(.*\S)?$"
TAG_NAME = r"^[^\s=]([^=]*[^\s=])?$"
_KEYVAULT = r"[Hh][Tt][Tt][Pp][Ss]://[A-Za-z0-9.-]+(:[0-9]{1,5})?/secrets/[A-Za-z0-9-]+(/[A-Za-z0-9]+)?"
SECRET = rf"^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S(.*\S)?|keyvault:{_KEYVAULT})$"
FEDERATION = r"^(github|azure-devops|file:\S(.*\S)?)$"

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _origin(value: str) -> str:
    port = re.search(r":([0-9]+)/?$", value)
    if port and not 1 <= int(port.group(1)) <= 65535:
        raise PydanticCustomError("port", "has a port that cannot be; ports are 1 to 65535")
    return value.lower().rstrip("/").removesuffix(":443")


def _date(value: object) -> object:
    """An ISO date in quotes is a date, too. A date with a time is not."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return str(value) if isinstance(value, datetime) else value


def _version(value: int) -> int:
    if value != 1:
        raise PydanticCustomError("version", "must be 1; this agent knows no other")
    return value


def _finding(value: str) -> str:
    if value not in FINDINGS:
        raise PydanticCustomError("finding", "is not a finding of this agent; `pal-agent explain` lists them")
    return value


def _spelled_out(value: object) -> object:
    return {"path": "none"} if value == "none" else value


def _one_line(value: str) -> str:
    return " ".join(value.split())


PartnerId = Annotated[str, StringConstraints(pattern=PARTNER_ID)]
Guid = Annotated[str, StringConstraints(pattern=GUID, to_lower=True)]
Origin = Annotated[str, StringConstraints(pattern=ORIGIN), AfterValidator(_origin)]
Audience = Annotated[str, StringConstraints(pattern=AUDIENCE), AfterValidator(lambda value: value.rstrip("/"))]
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=128)]
FilePath = Annotated[str, StringConstraints(pattern=NAME, max_length=4096)]
Sentence = Annotated[str, StringConstraints(pattern=r"\S", max_length=1000), AfterValidator(_one_line)]
Reference = Annotated[str, StringConstraints(pattern=SECRET, max_length=4096)]
Day = Annotated[date, BeforeValidator(_date)]
TagName = Annotated[str, StringConstraints(pattern=TAG_NAME, max_length=128)]


class Section(BaseModel):
    """A mapping of the file. Unknown keys and YAML's guesses at types are refused, and no message shows a value."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class PartnerSection(Section):
    """The partner whose links these are."""

    id: PartnerId = Field(description="Partner location (PLA) ID, in quotes. The partner global ID cannot be linked.")
    name: Name | None = Field(default=None, description="Compared with the partner name that Azure returns.")


class CloudSection(Section):
    """Where Azure is. The default is the public cloud; other values are for private clouds and rehearsals."""

    authority: Origin = Field(default="https://login.microsoftonline.com", description="Where to sign in. https only.")
    resource_manager: Origin = Field(
        default="https://management.azure.com", description="Resource Manager. https only."
    )
    audience: Audience = Field(default="https://management.azure.com", description="Whom tokens are asked for.")
    ca_bundle: FilePath | None = Field(default=None, description="PEM file with an extra CA, beside the usual ones.")


class ClientSecretAuth(Section):
    """An application's client secret."""

    kind: Literal["client-secret"]
    secret: Reference = Field(
        description="env:NAME, file:PATH or keyvault:https://VAULT/secrets/NAME; never the secret."
    )


class CertificateAuth(Section):
    """An application's certificate with its private key."""

    kind: Literal["certificate"]
    path: FilePath = Field(description="PEM or PKCS#12 file with certificate and private key.")
    password: Reference | None = Field(default=None, description="Reference to the file's password, as for secret.")


class FederatedAuth(Section):
    """A token of another identity provider, exchanged for one of Azure's: no secret to keep."""

    kind: Literal["federated"]
    token: Annotated[str, StringConstraints(pattern=FEDERATION)] = Field(
        description="file:PATH of a token file, or github or azure-devops for the pipeline's own."
    )


class ManagedIdentityAuth(Section):
    """The identity of the Azure machine or container that the agent runs in."""

    kind: Literal["managed-identity"]
    client_id: Guid | None = Field(
        default=None, description="Of a user-assigned identity; else the system-assigned one."
    )


class AzureCliAuth(Section):
    """Whoever is signed in with `az login`."""

    kind: Literal["azure-cli"]


AuthSection = Annotated[
    ClientSecretAuth | CertificateAuth | FederatedAuth | ManagedIdentityAuth | AzureCliAuth, Field(discriminator="kind")
]


class CredentialSection(Section):
    """One way to sign in, and the tenants where its link is kept. Has one of tenant, tenants and tenants_file."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["tenant"]}, {"required": ["tenants"]}, {"required": ["tenants_file"]}]
        }
    )

    name: Name = Field(description="What reports and --target call it. Unique.")
    tenant: Guid | None = Field(default=None, description="The tenant ID, a GUID; not a domain name.")
    tenants: list[Guid] | None = Field(default=None, min_length=1, description="Several tenant IDs.")
    tenants_file: FilePath | None = Field(default=None, description="CSV file with a column tenant_id.")
    client_id: Guid | None = Field(default=None, description="The application's client ID.")
    auth: AuthSection = Field(description="How to sign in.")
    partner_id: PartnerId | None = Field(default=None, description="Instead of partner.id.")
    link: Literal["present", "absent"] = Field(default="present", description="absent is for off-boarding.")
    groups: list[Guid] = Field(
        default=[], description="Object IDs of groups that hold it, for Lighthouse authorizations."
    )
    expires: Day | None = Field(default=None, description="When the secret ends. A certificate tells by itself.")
    tags: dict[TagName, Name] = Field(default={}, description="Anything, for --tag K=V.")


class PolicySection(Section):
    """What is wanted."""

    require: Literal["association", "influence", "pec"] = Field(
        default="influence", description="The tier that a subscription needs to count as attributed."
    )


class ExceptionSection(Section):
    """A finding that is known and accepted until a day."""

    finding: Annotated[str, AfterValidator(_finding)] = Field(
        description="The finding's id.", json_schema_extra={"enum": list(FINDINGS)}
    )
    scope: Sentence = Field(
        description="Glob over the scope, in any case; * crosses /. Without a scope: credential@tenant."
    )
    reason: Sentence = Field(description="Why it is accepted.")
    owner: Sentence = Field(description="Who answers for that.")
    expires: Day = Field(description="The last day it is covered.")


class SafetySection(Section):
    """What apply refuses to do."""

    max_change_percent: float = Field(
        default=30, ge=0, le=100, description="Links replaced or removed, of those that exist, when more than 10 do."
    )


class GatherSection(Section):
    """How Azure is read."""

    jobs: int = Field(default=32, ge=1, le=512, description="Calls at a time.")
    timeout: float = Field(default=300, ge=1, le=86400, description="Seconds for one target, all retries included.")


class HistorySection(Section):
    """Where runs are recorded."""

    path: FilePath = Field(default=".pal-agent/history.db", description="The database file, or none.")


class NotifySection(Section):
    """Where to send word of a run."""

    url: Reference = Field(description="Reference to an apprise URL, as for secret; such URLs hold a secret.")
    when: Literal["changed", "always", "wrong"] = Field(
        default="changed", description="When something changed or is wrong; always; or only when something is wrong."
    )


class Configuration(Section):
    """The whole file. Relative paths are relative to it."""

    version: Annotated[int, AfterValidator(_version)] = Field(
        description="Of this format.", json_schema_extra={"const": 1}
    )
    partner: PartnerSection
    cloud: CloudSection = CloudSection()
    credentials: list[CredentialSection] = Field(min_length=1, description="Every way to sign in.")
    policy: PolicySection = PolicySection()
    exceptions: list[ExceptionSection] = Field(default=[], description="Findings that are known and accepted.")
    safety: SafetySection = SafetySection()
    gather: GatherSection = GatherSection()
    history: Annotated[
        HistorySection, BeforeValidator(_spelled_out, json_schema_input_type=HistorySection | Literal["none"])
    ] = HistorySection()
    notify: list[NotifySection] = Field(default=[], description="Where to send word of a run.")


def json_schema() -> dict[str, Any]:
    """For editors and CI. The file beside the example configuration is this, and a test holds it to that."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Configuration.model_json_schema()}
