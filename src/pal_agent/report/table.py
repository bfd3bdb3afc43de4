"""`-o table`: what a person wants to see first. A verdict; what is wrong, where, and the command that mends it; then
targets and subscriptions, the troubled ones first, long lists cut.

Plain lines where there is no terminal. Commands stand on one line of their own, whatever the width, to be copied.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pal_agent.model import (
    Finding,
    LinkState,
    Run,
    RunHeader,
    Severity,
    State,
    Status,
    SubscriptionResult,
    TargetResult,
    Tier,
)
from pal_agent.report import Options
from pal_agent.report._answer import EXPECTED, TIER_NAMES, Answer, answer, many
from pal_agent.report.clean import SENTENCE, clean
from pal_agent.sheet import OneLine, Sheet

BINARY = False
SUFFIX = ".txt"

_PLACES = {Severity.ERROR: 5, Severity.WARNING: 3, Severity.INFO: 0}  # shown of one finding
_ROWS = 20  # of each list
_CELL = 120  # characters of a name
_WIDE = 120  # columns from which IDs and tenants have room of their own
_STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "info": "cyan",
    "excepted": "dim",
    "full": "green",
    "partial": "yellow",
    "none": "red",
    "unknown": "magenta",
    "linked": "green",
    "missing": "red",
    "other": "red",
    "verified": "green",
    "unverified": "magenta",
    "well": "bold green",
    "warned": "bold yellow",
    "wrong": "bold red",
    "incomplete": "bold magenta",
}
_MARKS = {"well": "✓", "warned": "!", "wrong": "✗", "incomplete": "?", "empty": "-"}

Row = TypeVar("Row")


def render(run: Run, options: Options) -> Iterator[str]:
    """Yields a section at a time; holds a few rows of each list."""
    page = Sheet(options)
    found = answer(run.header, run.counts)
    if options.quiet and found.mood == "well":
        return
    yield page.shown(*_verdict(run.header, found))
    yield from _wrong(run, page, least=Severity.WARNING if options.quiet else Severity.INFO)
    if options.quiet:
        return
    yield from _targets(run, page)
    yield from _subscriptions(run, page)
    yield page.shown(Text(f"\n{EXPECTED}", style="dim"))


@dataclass(slots=True)
class _First(Generic[Row]):
    """The first few of a long list, and how many there were."""

    limit: int
    rows: list[Row] = field(default_factory=list)
    number: int = 0

    def add(self, row: Row) -> None:
        self.number += 1
        if len(self.rows) < self.limit:
            self.rows.append(row)


def _verdict(header: RunHeader, found: Answer) -> Iterator[Text]:
    yield Text(f"{_MARKS[found.mood]} {found.sentence}", style=_STYLES.get(found.mood, ""))
    quick = " --quick" if header.quick else ""
    when = clean(header.started_at).replace("T", " ").removesuffix("Z")[:16]
    yield Text(f"{clean(header.command)}{quick} · {when} UTC · run {clean(header.id)}", style="dim")


# --- what is wrong ----------------------------------------------------------------------------------------------


def _wrong(run: Run, page: Sheet, *, least: Severity) -> Iterator[str]:
    """Findings by kind, worst first; the excepted as a count."""
    kinds: dict[tuple[Severity, str], _First[Finding]] = {}
    excepted: Counter[str] = Counter()
    for finding in run.findings():
        if finding.excepted:
            excepted[finding.id] += 1
        else:
            kinds.setdefault((finding.severity, finding.id), _First(_PLACES[finding.severity])).add(finding)
    if kinds:
        yield page.shown(_title("What to act on", _tally(run.counts.findings)))
    shown = list(Severity)[: list(Severity).index(least) + 1]
    for severity in shown:
        for (of, name), found in kinds.items():
            if of is severity:
                yield page.shown(*_kind(name, severity, found))
    if excepted:
        names = ", ".join(f"{name} {number}" for name, number in sorted(excepted.items()))
        yield page.shown(Text(f"\nexcepted by the configuration: {names}", style="dim"))


def _kind(name: str, severity: Severity, found: _First[Finding]) -> Iterator[RenderableType]:
    head = Text(f"\n{severity.value} ", style=_STYLES[severity.value])
    head.append(clean(name), style="bold").append(f"  ({found.number})" if found.number > 1 else "")
    yield head if found.rows else head.append(f"  pal-agent explain {clean(name)}", style="cyan")
    for finding in found.rows:
        message = clean(finding.message, limit=SENTENCE)
        yield Padding(Text(message), (0, 0, 0, 2))
        place = _place(finding)
        if place.rpartition("@")[2].rpartition("/")[2].lower() not in message.lower():  # most messages name it
            yield OneLine(f"    {place}", style="dim")
        for line in finding.fix.splitlines():
            yield OneLine(f"    > {clean(line, limit=SENTENCE)}", style="cyan")
    if found.rows and found.number > len(found.rows):
        yield _more(found.number - len(found.rows))


def _place(finding: Finding) -> str:
    who = "@".join(clean(part) for part in (finding.credential, finding.tenant_id) if part)
    return " ".join(part for part in (who, clean(finding.scope or "")) if part)


# --- targets ----------------------------------------------------------------------------------------------------


def _targets(run: Run, page: Sheet) -> Iterator[str]:
    rows, number = _troubled_first(run.targets(), _is_well)
    if not number:
        return
    table = _table(page, "Credential", "Tenant", "Link", "Partner ID", "Read")
    for result in rows:
        table.add_row(*_target_row(result, page))
    links = _numbers(run.counts.links)
    yield page.shown(_title("Targets", f"links: {links}"), table, *_cut(number - len(rows)))


def _is_well(result: TargetResult) -> bool:
    wanted = LinkState.LINKED if result.target.link == "present" else LinkState.MISSING
    return result.status is Status.VERIFIED and result.link.state is wanted


def _target_row(result: TargetResult, page: Sheet) -> tuple[Text, ...]:
    tenant = clean(result.tenant_name or result.target.tenant_id, limit=_CELL)
    if page.width >= _WIDE and result.tenant_name:
        tenant = f"{tenant} ({clean(result.target.tenant_id)})"
    status = Text(result.status.value, style=_STYLES.get(result.status.value, "yellow"))
    if result.reason:
        said = f", HTTP {result.reason.status}" if result.reason.status and page.width >= _WIDE else ""
        status.append(f": {result.reason.code.value}{said}")
    return (
        Text(clean(result.target.credential, limit=_CELL)),
        Text(tenant),
        _word(result.link.state.value),
        Text(clean(result.link.partner_id or "")),
        status,
    )


# --- subscriptions ----------------------------------------------------------------------------------------------


def _subscriptions(run: Run, page: Sheet) -> Iterator[str]:
    require = run.header.require
    rows, number = _troubled_first(
        run.subscriptions(), lambda one: one.tiers.of(require) is State.FULL and one.complete
    )
    if not number:
        return
    pec = "Partner earned credit" if page.width >= _WIDE else "PEC"
    table = _table(page, "Subscription", "Association", "Influence", pec, "Groups")
    for result in rows:
        table.add_row(*_subscription_row(result, require, page))
    title = f"{TIER_NAMES[require]}: {_numbers(run.counts.subscriptions)}"
    yield page.shown(_title("Subscriptions", title), table, *_cut(number - len(rows)))


def _subscription_row(result: SubscriptionResult, require: Tier, page: Sheet) -> tuple[Text, ...]:
    name = clean(result.name or result.subscription_id, limit=_CELL)
    if page.width >= _WIDE:
        name = f"{name} ({clean(result.subscription_id)})"
    if result.state.lower() != "enabled":
        name = f"{name} [{clean(result.state, limit=_CELL)}]"
    states = [group.tiers.of(require) for group in result.resource_groups]
    groups = f"{states.count(State.FULL)}/{len(states)}" if states else "-"
    return (Text(name), *(_word(result.tiers.of(tier).value) for tier in Tier), Text(groups))


# --- pieces -----------------------------------------------------------------------------------------------------


def _troubled_first(results: Iterable[Row], is_well: Callable[[Row], bool]) -> tuple[list[Row], int]:
    """As many rows as are shown, and how many there are."""
    troubled, well = _First[Row](_ROWS), _First[Row](_ROWS)
    for result in results:
        (well if is_well(result) else troubled).add(result)
    return (troubled.rows + well.rows)[:_ROWS], troubled.number + well.number


def _table(page: Sheet, *heads: str) -> Table:
    table = Table(box=page.box, show_edge=False, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _title(title: str, more: str) -> Text:
    return Text(f"\n{title}", style="bold underline").append(f"  {more}", style="not underline not bold")


def _tally(findings: dict[str, int]) -> str:
    return ", ".join(
        many(findings.get(severity, 0), noun)
        for severity, noun in (("error", "error"), ("warning", "warning"), ("info", "note"))
        if findings.get(severity)
    )


def _numbers(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)


def _word(word: str) -> Text:
    return Text(word, style=_STYLES.get(word, ""))


def _cut(left: int) -> Iterator[Text]:
    if left:
        yield _more(left)


def _more(left: int) -> Text:
    return Text(f"  … and {left:,} more (-o json or -o csv shows all)", style="dim")
