"""Advice with this configuration's own IDs in it."""

from collections.abc import Mapping
from shlex import quote

from pal_agent.doctor import Advice
from pal_agent.doctor.advice import ADVICE, DELEGATED, PRESENTED
from pal_agent.model import Code, Target
from pal_agent.settings import Auth, AzureCli, Certificate, ClientSecret, Cloud, Federated, ManagedIdentity


def advise(code: Code, auth: Auth, words: Mapping[str, str], *, delegated: bool = False) -> Advice:
    """The advice for a reason, filled in. `words` come from `known_words`."""
    if delegated and code is Code.FORBIDDEN:
        return fill(DELEGATED, words)
    return fill(PRESENTED[type(auth)].get(code, ADVICE[code]), words)


def fill(advice: Advice, words: Mapping[str, str]) -> Advice:
    return Advice(cause=advice.cause, steps=tuple(step.format_map(words) for step in advice.steps))


def known_words(
    target: Target,
    auth: Auth,
    cloud: Cloud,
    *,
    object_id: str | None = None,
    scope: str | None = None,
    namespace: str | None = None,
) -> dict[str, str]:
    """What stands in braces. What is not known stays a word in capitals, for the reader to replace."""
    known = {
        "target": target.label,
        "tenant": target.tenant_id,
        "application": target.client_id or "CLIENT_ID",
        "object": object_id or "OBJECT_ID",
        "scope": scope or "/subscriptions/SUBSCRIPTION_ID",
        "subscription": scope.split("/")[2] if scope else "SUBSCRIPTION_ID",
        "namespace": namespace or "Microsoft.NAMESPACE",
        "authority": cloud.authority,
        "manager": cloud.resource_manager,
    }
    return {**{name: quote(value) for name, value in known.items()}, "presented": presented(auth)}


def presented(auth: Auth) -> str:
    """Where the thing to sign in with comes from, in words; never the thing."""
    match auth:
        case ClientSecret(secret=secret):
            return str(secret)
        case Certificate(path=path):
            return f"certificate {path}"
        case Federated(token=token):
            return f"federated token of {token}"
        case ManagedIdentity():
            return "the managed identity of this machine"
        case AzureCli():
            return "the session of the Azure CLI"
