"""Not even the link could be read."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import after
from pal_agent.model import Finding, Severity, Status

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.ERROR,
    title="The link could not be read, so nothing is known of this target.",
    meaning="""
        The agent could not sign in with this credential in this tenant, or Azure did not say whether it has a link.
        The finding's message names the reason. This is not the same as a missing link: the link may well be there.
        """,
    matters="""
        Subscriptions of that tenant that look as if nothing were credited are reported as unknown, because this
        credential might be what earns for them. The run is incomplete and ends with exit code 3.
        A link outlives its secret: it goes on working, but can't be read or mended until the credential signs in again.
        """,
    mend="""
        Ask what exactly is wrong; the answer names the cause and the next step:
        $ pal-agent doctor --target CREDENTIAL@TENANT
        A secret that is wrong or has expired: make a new one, and put it where the configuration points.
        $ az ad app credential reset --id CLIENT_ID --append
        An application that is not in the customer's tenant: an administrator there adds it.
        $ az ad sp create --id CLIENT_ID
        A service principal that was disabled: an administrator there enables it.
        $ az ad sp update --id CLIENT_ID --set accountEnabled=true
        """,
    source="Microsoft Learn, 'Microsoft Entra authentication and authorization error codes':"
    " https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    reason = view.result.reason
    if view.result.status is not Status.UNVERIFIED or reason is None:
        return
    yield view.finding(
        FINDING,
        message=f"The link of {view.who} could not be read ({reason.code}): {reason.message}",
        fix=after(reason.code, view.target),
    )
