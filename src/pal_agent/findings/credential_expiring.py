"""The credential's secret or certificate ends soon, or has ended."""

from collections.abc import Iterator
from datetime import date, timedelta

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import noted, renew
from pal_agent.model import Finding, Severity

NOTICE = timedelta(days=30)

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="The credential's secret or certificate ends within 30 days.",
    meaning="""
        A certificate carries its own end date; for a secret the configuration says it (`expires:`), because Azure
        doesn't tell the credential itself. That day is at most 30 days away, or past.
        """,
    matters="""
        The link itself does not end with the secret, and goes on earning. But from that day on the agent can neither
        read nor mend it, and what it can't read it reports as unknown.
        """,
    mend="""
        Make a new secret beside the old one, in the tenant where the application is registered:
        $ az ad app credential reset --id CLIENT_ID --append --years 1
        For a certificate:
        $ az ad app credential reset --id CLIENT_ID --append --create-cert
        Put it where the configuration points, correct `expires:`, and try it:
        $ pal-agent doctor --target CREDENTIAL@TENANT
        """,
    source="Microsoft Learn, 'az ad app credential': https://learn.microsoft.com/cli/azure/ad/app/credential",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    ends = min((day for day in (view.facts.certificate_ends, view.target.expires) if day), default=None)
    if ends is None or ends > context.today + NOTICE:
        return
    yield view.finding(
        FINDING,
        message=f"The secret or certificate of {view.who} {_when(ends, context.today)} ({ends.isoformat()}).",
        fix=noted(renew(view.target), "then put it where the configuration points, and correct expires: there"),
    )


def _when(ends: date, today: date) -> str:
    days = (ends - today).days
    match days:
        case 0:
            return "ends today"
        case 1 | -1:
            return "ends tomorrow" if days == 1 else "ended yesterday"
    return f"ends in {days} days" if days > 0 else f"ended {-days} days ago"
