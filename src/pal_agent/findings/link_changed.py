"""Somebody else wrote the link since the last recorded run."""

from collections.abc import Iterator

from pal_agent.findings import Context, Kind, TargetView
from pal_agent.findings._mends import agent, noted
from pal_agent.model import Finding, Link, LinkState, Severity

FINDING = Kind(
    module=__name__,
    about="target",
    severity=Severity.WARNING,
    title="Somebody else changed the link since the last run.",
    meaning="""
        The link is not what the last recorded run saw, and this agent's own journal holds no write that explains it.
        Either the Partner ID differs, or the link appeared or vanished, or it is the same but its version number rose,
        which happens with every write. A service principal that was deleted and created anew shows up here too,
        because the new one starts without a link.
        """,
    matters="""
        Only somebody signed in as this credential can change its link. So another person, script or partner uses
        the same credential, and can take the credit away again after you mend it.
        """,
    mend="""
        Find out who else has the secret, and see what has to be put right:
        $ pal-agent plan --target CREDENTIAL@TENANT
        $ az managementpartner show
        If nobody should have it, make a new secret, remove the old one, then set the link again:
        $ az ad app credential reset --id CLIENT_ID
        $ pal-agent apply --replace --target CREDENTIAL@TENANT
        If the change was wanted, nothing is to be done: the next run compares with this one.
        """,
    source="The version of the link rises with every write, ours or not:"
    " https://learn.microsoft.com/rest/api/managementpartner/partner/get",
)


def find(view: TargetView, context: Context) -> Iterator[Finding]:
    if view.previous is None or LinkState.UNKNOWN in (view.previous.link.state, view.result.link.state):
        return
    change = _change(
        view.previous.link, view.result.link, same_principal=_same_principal(view, view.previous.object_id)
    )
    if change is None or view.written_by_us == (view.result.link.partner_id or ""):
        return
    yield view.finding(
        FINDING,
        message=f"The link of {view.who} {change} since the last run, and this agent did not do it.",
        fix=noted(agent("plan", view.target), "shows what to put right; then find out who else has this credential"),
    )


def _same_principal(view: TargetView, before: str | None) -> bool:
    now = view.result.object_id
    return before is None or now is None or before.lower() == now.lower()


def _change(before: Link, now: Link, *, same_principal: bool) -> str | None:
    """What happened, or None. Versions of two different principals' links can't be compared."""
    if before.partner_id != now.partner_id:
        anew = "" if same_principal else " (the service principal was created anew)"
        return f"went from {before.partner_id or 'none'} to {now.partner_id or 'none'}{anew}"
    if same_principal and before.version is not None and now.version is not None and now.version > before.version:
        return f"was written again (version {before.version} became {now.version})"
    return None
