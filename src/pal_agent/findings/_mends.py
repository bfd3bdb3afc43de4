"""What mends a finding, as one line for a shell: copied as it stands it does what it says, whatever names are in it.

What follows a `#` is for the reader; shells skip it.
"""

from shlex import quote

from pal_agent.model import Code, Target

# The least privilege that Microsoft's table calls eligible.
LEAST_ROLE = "Support Request Contributor"
LEAST_ROLE_ID = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"


def agent(command: str, target: Target, *options: str) -> str:
    return " ".join(("pal-agent", command, "--target", quote(target.label), *options))


def link(target: Target, az: str, *options: str) -> str:
    """Our own command, and what it does in az, which works only when signed in as the credential itself."""
    return f"{agent('apply', target, *options)}  # or, signed in as this credential: az managementpartner {az}"


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


def after(code: Code, target: Target) -> str:
    """What to do about a reason, in general."""
    application = quote(target.client_id or "CLIENT_ID")
    mend = _AFTER.get(code, "{doctor}")
    return mend.format(
        application=application,
        check=agent("check", target),
        doctor=agent("doctor", target),
        tenant=quote(target.tenant_id),
    )


_AGAIN = "{check}  # run it again; if it comes back: {doctor}"
_AFTER = {
    Code.CREDENTIAL_INVALID: "{doctor}  # a new secret: az ad app credential reset --id {application} --append",
    Code.CREDENTIAL_EXPIRED: "az ad app credential reset --id {application} --append"
    "  # then put the new secret where the configuration points",
    Code.TENANT_NOT_FOUND: "Correct the tenant ID {tenant} in the configuration; no such tenant exists.",
    Code.APP_NOT_IN_TENANT: "az ad sp create --id {application}  # run by an administrator of the customer's tenant",
    Code.PRINCIPAL_DISABLED: "az ad sp update --id {application} --set accountEnabled=true"
    "  # run by an administrator of the customer's tenant",
    Code.BLOCKED_BY_POLICY: "Have the customer exclude application {application} from the Conditional Access policy"
    " that blocks it (Entra admin center, Sign-in logs, Service principal sign-ins).",
    Code.WRONG_IDENTITY: "{doctor}  # then make tenant and client_id in the configuration those of the secret",
    Code.THROTTLED: "{check} --jobs 4  # later, and with fewer calls at a time",
    Code.TIMEOUT: "{check}  # with a larger gather.timeout in the configuration",
    Code.UNREACHABLE: "{doctor}  # looks at name, proxy and certificate trust (cloud.ca_bundle)",
    Code.BAD_RESPONSE: _AGAIN,
    Code.PAGING_LOOP: _AGAIN,
    Code.UNAVAILABLE: _AGAIN,
    Code.INTERRUPTED: "{check}  # the last run was stopped before it got here",
}
