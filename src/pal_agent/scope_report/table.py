"""`scopes -o table`: each target's tree in lines, for a person."""

from collections.abc import Iterable, Iterator
from shlex import quote

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.text import Text
from rich.tree import Tree as Lines

from pal_agent.model import LinkState, Status, TargetResult
from pal_agent.report import Options
from pal_agent.report.clean import SENTENCE, clean
from pal_agent.scope_tree import READS, Place, Tree, Unread
from pal_agent.scope_tree.grants import Grant
from pal_agent.sheet import OneLine, Sheet

_WIDE = 120  # columns from which the IDs of groups have room
_COUNTS = {
    "yes": ("counts", "green"),
    "no": ("does not count", "red"),
    "undocumented": ("not in Microsoft's table", "yellow"),
}
_KINDS = {
    "root": "everything in the tenant",
    "management-group": "management group",
    "subscription": "subscription",
    "resource-group": "resource group",
    "resource": "resource",
}
LEGEND = """
A role reaches its scope and all that hangs below it. It "counts" where Microsoft's table of partner earned credit
says so; "standing" is in force all the time. Only a linked credential earns. pal-agent check tells what that comes to.
"""


def render(trees: Iterable[Tree], options: Options) -> Iterator[str]:
    """A target at a time."""
    sheet = Sheet(options)
    for tree in trees:
        yield sheet.shown(*_target(tree, sheet))
    if not options.quiet:
        yield sheet.shown(Text(" ".join(LEGEND.split()), style="dim"))


def _target(tree: Tree, sheet: Sheet) -> Iterator[Text | Lines]:
    result = tree.result
    trunk = Lines(Group(_who(result), _link(result), *_missing(tree)), guide_style="dim")
    for place in tree.places:
        _grow(trunk, place, sheet, is_lowest=True)
    yield trunk
    if _is_incomplete(result):
        yield OneLine(f"> pal-agent doctor --target {clean(quote(result.target.label))}", style="cyan")
    yield Text("")


def _who(result: TargetResult) -> Text:
    name, tenant = result.tenant_name, clean(result.target.tenant_id)
    where = f"{clean(name)} ({tenant})" if name else f"tenant {tenant}"
    return Text(f"{clean(result.target.credential)} in {where}", style="bold")


def _link(result: TargetResult) -> Text:
    """Without it no role earns."""
    partner_id = clean(result.link.partner_id or "")
    match result.link.state:
        case LinkState.LINKED:
            return Text(f"linked to Partner ID {partner_id}", style="green")
        case LinkState.MISSING:
            return Text("linked to no Partner ID: nothing below earns credit for anybody", style="red")
        case LinkState.OTHER:
            return Text(
                f"linked to Partner ID {partner_id}: all below is credited to that partner, not to you", style="red"
            )
        case LinkState.UNKNOWN if result.status is Status.VERIFIED:
            return Text("credited without a link: this is your own access as the customer's CSP partner", style="green")
    return Text("whether it is linked is unknown", style="magenta")


def _is_incomplete(result: TargetResult) -> bool:
    return result.status is not Status.VERIFIED and result.reason is not None


def _missing(tree: Tree) -> Iterator[Text]:
    result = tree.result
    if result.reason is not None and _is_incomplete(result):
        if any(place.unread for place in _all(tree.places)):
            yield Text("not everything below could be read", style="magenta")
        else:
            said = clean(result.reason.message, limit=SENTENCE)
            yield Text(f"could not be read: {result.reason.code}: {said}", style="magenta")
    elif not tree.places:
        yield Text("sees no subscription: it holds no role anywhere in this tenant")


def _all(places: tuple[Place, ...]) -> Iterator[Place]:
    for place in places:
        yield place
        yield from _all(place.places)


def _grow(upper: Lines, place: Place, sheet: Sheet, *, is_lowest: bool) -> None:
    below = [_grant(grant, wide=sheet.width >= _WIDE) for grant in place.grants]
    below += [_unread(unread) for unread in place.unread]
    if is_lowest and not (below or place.places):
        below.append(Text("no role is held here", style="dim"))
    branch = upper.add(Group(_title(place), *(_Hanging(line) for line in below)))
    for lower in place.places:
        _grow(branch, lower, sheet, is_lowest=False)


class _Hanging:
    """A line marked by a bullet, whose further lines stand below its first word."""

    def __init__(self, line: Text) -> None:
        self._line = line

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, line in enumerate(self._line.wrap(console, max(options.max_width - 2, 10))):
            yield Text("  " if number else "· ").append_text(line)


def _title(place: Place) -> Text:
    text = Text(f"{_KINDS[place.kind]}", style="bold")
    match place.kind:
        case "root":
            name = " (/)"
        case "subscription":
            own = place.scope.rsplit("/", 1)[-1]
            name = f" {place.name} ({own})" if place.name else f" {own}"
        case "resource":
            name = f" {place.scope.split('/providers/', 1)[-1]}"
        case _:
            name = f" {place.scope.rstrip('/').rsplit('/', 1)[-1]}"
    text.append(clean(name), style="not bold")
    if not place.is_certain:
        text.append(" (or above the one it hangs from: both reach the same)", style="dim not bold")
    return text


def _grant(grant: Grant, *, wide: bool) -> Text:
    held = grant.assignment
    counts, style = _COUNTS[held.eligible]
    text = Text(clean(held.role_name or f"role {held.role_definition_id}"))
    if not grant.is_active:
        return text.append(": eligible only; not held until somebody switches it on", style="yellow")
    text.append(": ").append(counts, style=style)
    text.append(f", {_via(grant, wide=wide)}, ")
    return text.append(_lasting(grant), style="" if held.standing else "yellow")


def _via(grant: Grant, *, wide: bool) -> str:
    held = grant.assignment
    principal = clean(held.principal_id)
    if not grant.is_certain:
        return f"through Lighthouse for group {principal}, if it is a member (Azure does not tell)"
    match held.via:
        case "direct":
            return "direct"
        case "group":
            return f"through group {principal}" if wide else "through a group"
        case "lighthouse":
            return "through Lighthouse"


def _lasting(grant: Grant) -> str:
    ends = clean((grant.ends_at or "").replace("T", " ")[:16])
    match grant.assignment.standing:
        case True:
            return "standing"
        case None:
            return "standing unknown"
        case False:
            how = "switched on" if grant.is_activated else "for a time"
            return f"{how}, until {ends} UTC" if ends else how


def _unread(unread: Unread) -> Text:
    said = clean(unread.reason.message, limit=SENTENCE)
    return Text(f"could not be read: {READS[unread.what]}: {unread.reason.code}: {said}", style="magenta")
