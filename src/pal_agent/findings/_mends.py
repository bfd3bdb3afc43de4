"""What mends a finding, as one line for a shell: copied as it stands it does what it says, whatever names are in it.

What follows a `#` is a note for the reader; shells skip it.
"""

from shlex import quote

from pal_agent.model import Code, Target

# The least privilege that Microsoft's table calls eligible.
LEAST_ROLE = "Support Request Contributor"
LEAST_ROLE_ID = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"


def noted(command: str, note: str) -> str:
    """The command with a note, held to one line: a line break in a note would end it, and run what follows."""
    return f"{command}  # {' '.join(note.split())}"


def agent(command: str, target: Target, *options: str) -> str:
    return " ".join(("pal-agent", command, "--target", quote(target.label), *options))


def link(target: Target, az: str, *options: str) -> str:
    """Our own command, and what it does in az, which works only when signed in as the credential itself."""
    return noted(agent("apply", target, *options), f"or, signed in as this credential: az managementpartner {az}")


def grant(principal_id: str | None, scope: str) -> str:
    """A standing, eligible role for a service principal; it takes an Owner or User Access Administrator to run."""
    return (
        f"az role assignment create --assignee-object-id {quote(principal_id or 'OBJECT_ID')}"
        f" --assignee-principal-type ServicePrincipal --role {quote(LEAST_ROLE)} --scope {quote(scope)}"
    )


def delegate(principal_id: str | None, scope: str) -> str:
    """The Lighthouse counterpart of `grant`: no role assignment of the customer's can do it."""
    return (
        f"Send the customer a Lighthouse offer for {scope} in which principal {principal_id or 'OBJECT_ID'} has a"
        f" permanent authorization as {LEAST_ROLE} (not an eligible one), and have it accepted."
    )


def renew(target: Target) -> str:
    return f"az ad app credential reset --id {quote(target.client_id or 'CLIENT_ID')} --append"


def after(code: Code, target: Target) -> str:
    """What to do about a reason, in general."""
    words = {
        "application": quote(target.client_id or "CLIENT_ID"),
        "check": agent("check", target),
        "doctor": agent("doctor", target),
        "renew": renew(target),
    }
    command, note = _AFTER.get(code, ("{doctor}", "tells what is missing, and what that costs"))
    return noted(command.format_map(words), note.format_map(words))


_BY_CUSTOMER = "run by an administrator of the customer's tenant"
_AGAIN = ("{check}", "run it again; if it comes back: {doctor}")
_AFTER = {
    Code.CREDENTIAL_INVALID: ("{doctor}", "a new secret: {renew}"),
    Code.CREDENTIAL_EXPIRED: ("{renew}", "then put the new secret where the configuration points"),
    Code.TENANT_NOT_FOUND: ("{doctor}", "then correct the tenant ID in the configuration: no such tenant exists"),
    Code.APP_NOT_IN_TENANT: ("az ad sp create --id {application}", _BY_CUSTOMER),
    Code.PRINCIPAL_DISABLED: ("az ad sp update --id {application} --set accountEnabled=true", _BY_CUSTOMER),
    Code.BLOCKED_BY_POLICY: (
        "{doctor}",
        "have the customer exclude application {application} from the Conditional Access policy that blocks it",
    ),
    Code.WRONG_IDENTITY: ("{doctor}", "then make tenant and client_id in the configuration those of the secret"),
    Code.THROTTLED: ("{check} --jobs 4", "later, and with fewer calls at a time"),
    Code.TIMEOUT: ("{check}", "with a larger gather.timeout in the configuration"),
    Code.UNREACHABLE: ("{doctor}", "looks at name, proxy and certificate trust (cloud.ca_bundle)"),
    Code.BAD_RESPONSE: _AGAIN,
    Code.PAGING_LOOP: _AGAIN,
    Code.UNAVAILABLE: _AGAIN,
    Code.INTERRUPTED: ("{check}", "the last run was stopped before it got here"),
}
