"""What became of targets and their links."""

from dataclasses import dataclass

from pal_agent.compare.change import LinkChange, LinkKind, TargetChange, TargetKind
from pal_agent.compare.joined import joined
from pal_agent.model import Link, LinkState, Run, Status, TargetResult

_READ = {Status.UNVERIFIED: 0, Status.PARTIAL: 1, Status.VERIFIED: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetChanges:
    """All that changed about targets. By lower-case label: `troubled` are those not fully read in the later run and
    why, `gone` and `new` those that only one run has."""

    links: tuple[LinkChange, ...]
    targets: tuple[TargetChange, ...]
    troubled: dict[str, str]
    gone: frozenset[str]
    new: frozenset[str]


def compare_targets(before: Run, after: Run) -> TargetChanges:
    written = _written_by_others(after)
    links, targets, troubled = [], [], {}
    for old, new in joined(before.targets(), after.targets(), lambda result: result.target.key):
        if old and new:
            links.append(_link_change(old, new, said=written.get(new.target.key)))
        targets.append(_target_change(old, new))
        if new and new.status is not Status.VERIFIED:
            troubled[new.target.label.lower()] = new.reason.message if new.reason else new.status.value
    changed = tuple(change for change in targets if change)
    return TargetChanges(
        links=tuple(change for change in links if change),
        targets=changed,
        troubled=troubled,
        gone=frozenset(change.label for change in changed if change.kind == "gone"),
        new=frozenset(change.label for change in changed if change.kind == "new"),
    )


def _written_by_others(after: Run) -> dict[tuple[str, str], str]:
    """What `link-changed` found, by target: it knows our own writes, which a report does not."""
    return {
        ((finding.credential or "").lower(), (finding.tenant_id or "").lower()): finding.message
        for finding in after.findings()
        if finding.id == "link-changed"
    }


def _link_change(old: TargetResult, new: TargetResult, *, said: str | None) -> LinkChange | None:
    kind = _link_kind(old.link, new.link, wanted=new.target.link == "present", by_others=said is not None)
    if kind is None:
        return None
    return LinkChange(
        credential=new.target.credential,
        tenant_id=new.target.tenant_id,
        tenant_name=new.tenant_name or old.tenant_name,
        kind=kind,
        by_others=said is not None,
        before=old.link,
        after=new.link,
        why=said or _why(old, new),
    )


def _link_kind(old: Link, new: Link, *, wanted: bool, by_others: bool) -> LinkKind | None:
    if (old.state, old.partner_id) == (new.state, new.partner_id) or old.state is LinkState.UNKNOWN:
        return "changed" if by_others else None
    match old.state, new.state:
        case _, LinkState.UNKNOWN:
            return "unread"
        case LinkState.LINKED, LinkState.LINKED:
            return "changed"
        case LinkState.LINKED, LinkState.MISSING if not wanted:
            return "removed"
        case LinkState.LINKED, _:
            return "lost"
        case _, LinkState.LINKED:
            return "won"
        case _:
            return "changed"


def _why(old: TargetResult, new: TargetResult) -> str:
    if old.target.expected_partner_id != new.target.expected_partner_id:
        return (
            f"the expected Partner ID is {new.target.expected_partner_id}, no longer {old.target.expected_partner_id}"
        )
    match new.link.state:
        case LinkState.UNKNOWN:
            return new.reason.message if new.reason else "the link could not be read"
        case LinkState.MISSING:
            return "nothing is linked any more"
        case _:
            return f"now linked to {new.link.partner_id}"


def _target_change(old: TargetResult | None, new: TargetResult | None) -> TargetChange | None:
    here = new or old
    if here is None or (old and new and old.status is new.status):
        return None
    kind, why = _target_kind(old, new)
    return TargetChange(
        credential=here.target.credential,
        tenant_id=here.target.tenant_id,
        tenant_name=here.tenant_name,
        kind=kind,
        before=old.status if old else None,
        after=new.status if new else None,
        why=why,
    )


def _target_kind(old: TargetResult | None, new: TargetResult | None) -> tuple[TargetKind, str]:
    if old is None:
        return "new", "checked for the first time"
    if new is None:
        return "gone", "no longer checked"
    if _READ[new.status] > _READ[old.status]:
        return "read", ""
    return "unread", new.reason.message if new.reason else ""
