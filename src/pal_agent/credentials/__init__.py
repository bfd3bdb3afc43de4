"""How each `auth.kind` signs in: one file per kind, each with `credential(auth, place) -> TokenCredential`.

Only the kind that the configuration names is ever used; nothing ambient stands in. A credential object lives for one
sign-in, so its cache can't hand out a token that Azure has just refused; `cloud.principal` keeps the token.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError

from pal_agent.cloud.azure import Azure
from pal_agent.cloud.failure import Failure
from pal_agent.cloud.principal import SignIn, Token
from pal_agent.errors import SecretError
from pal_agent.model import Code, Target
from pal_agent.settings import Auth, AzureCli, Certificate, ClientSecret, Federated, ManagedIdentity, SecretReference

KINDS: dict[type[Auth], str] = {
    ClientSecret: "client_secret",
    Certificate: "certificate",
    Federated: "federated",
    ManagedIdentity: "managed_identity",
    AzureCli: "azure_cli",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a credential signs in, and where it finds its secret, which is read when it is needed and not before."""

    azure: Azure
    tenant_id: str
    client_id: str
    secret: Callable[[SecretReference], str]

    def options(self, *origins: str) -> dict[str, object]:
        """What every azure-identity credential is built with: our door, no discovery of unknown authorities."""
        return {
            "authority": self.azure.cloud.authority,
            "disable_instance_discovery": True,
            "policies": self.azure.identity_policies(*origins),
            "transport": self.azure.transport,
        }


def signer(auth: Auth, target: Target, *, azure: Azure, secret: Callable[[SecretReference], str]) -> SignIn:
    """A function that asks for a new token each time it is called. It raises `Failure`, whatever the kind."""
    kind = import_module(f"{__name__}.{KINDS[type(auth)]}")
    place = Place(azure=azure, tenant_id=target.tenant_id, client_id=target.client_id or "", secret=secret)

    def sign_in(claims: str | None) -> Token:
        try:
            credential: TokenCredential = kind.credential(auth, place)
            found = credential.get_token(azure.scope, claims=claims)
        except SecretError as error:
            raise Failure(Code.CREDENTIAL_INVALID, _first_line(str(error))) from error
        except ClientAuthenticationError as error:
            raise _translated(error) from error
        return Token(text=found.token, expires_on=found.expires_on)

    return sign_in


def _translated(error: ClientAuthenticationError) -> Failure:
    """azure-identity wraps whatever is raised in it; what it says by itself is about the credential."""
    link: BaseException = error
    while (inner := link.__cause__ or link.__context__) is not None:
        link = inner
        if isinstance(link, Failure):
            return link
        if isinstance(link, SecretError):
            return Failure(Code.CREDENTIAL_INVALID, _first_line(str(link)))
    if isinstance(link, AzureError | OSError):
        return Failure(Code.CREDENTIAL_INVALID, _first_line(str(link)))
    message = f"The sign-in library can't use the answer ({link.__class__.__name__})."
    return Failure(Code.BAD_RESPONSE, message)


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["Sign-in failed."])[0][:300]
