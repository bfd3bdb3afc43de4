"""Markdown for a GitHub step summary or a pull request: the answer, what to do, then the tables.

A step summary of more than 1 MiB is not shown at all, so this one ends before it, and says what it left out. Names
stand as code, where no renderer looks for links, mentions or markup; sentences are escaped.
"""

import re
from collections.abc import Iterator

from pal_agent.model import Finding, Run, Severity, State, SubscriptionResult, TargetResult, Tier
from pal_agent.report import Options
from pal_agent.report._answer import EXPECTED, TIER_NAMES, answer, many
from pal_agent.report._scopes import Names, tenant_names
from pal_agent.report._since import changes
from pal_agent.report.clean import SENTENCE, clean

BINARY = False
SUFFIX = ".md"

LIMIT = 1024 * 1024  # bytes; "Job summaries are isolated between steps and each step is restricted to 1 MiB"
RESERVE = 8 * 1024  # for what is said at the end
_MARKS = {
    "full": "✅ full", "partial": "🔶 partial", "none": "❌ none", "unknown": "❔ unknown", "linked": "✅ linked",
    "missing": "❌ missing", "other": "❌ other", "verified": "✅ verified", "unverified": "❔ unverified",
}  # fmt: skip
_SEVERITIES = {Severity.ERROR: "❌", Severity.WARNING: "🔶", Severity.INFO: "🔹"}
_MOODS = {"well": "✅", "warned": "🔶", "wrong": "❌", "incomplete": "❔", "empty": "▫️"}
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~#!$^]")  # wherever it stands; nothing else means anything within a line
_LINKS = re.compile(r"@|:(?=//)|www(?=\.)", re.IGNORECASE)


class _Room:
    """What is left of the limit, and what did not fit."""

    def __init__(self, size: int) -> None:
        self._left, self.cut = size, list[str]()

    def section(self, noun: str, head: str, shown: Iterator[str]) -> Iterator[str]:
        """`head` before the first that fits; nothing after the first that does not."""
        left_out, before = 0, f"\n{head}\n"
        for text in shown:
            if left_out or not self._takes(before + text):
                left_out += 1
                continue
            yield before + text
            before = ""
        if left_out:
            self.cut.append(many(left_out, noun))

    def _takes(self, text: str) -> bool:
        size = len(text.encode())
        if size > self._left:
            return False
        self._left -= size
        return True


def render(run: Run, options: Options) -> Iterator[str]:
    """What matters most comes first, and stays. Walks the findings once for each severity."""
    top, names, require = _top(run, options), tenant_names(run), run.header.require
    room = _Room(LIMIT - RESERVE - len(top.encode()))
    yield top
    yield from room.section("finding", "## What to do", map(_finding, _open(run)))
    yield from room.section("credential", _TARGETS, (_target(one, names) for one in run.targets()))
    subscriptions = (_subscription(one, names, require) for one in run.subscriptions())
    yield from room.section("subscription", _SUBSCRIPTIONS, subscriptions)
    yield from room.section("exception", _EXCEPTIONS, filter(None, map(_exception, run.findings())))
    if cut := ", ".join(room.cut):
        yield f"\n> [!NOTE]\n> Cut to fit 1 MiB; not shown: {cut}. `-o html` and `-o csv` have everything.\n"
    yield f"\n<sub>{plain(EXPECTED)}</sub>\n"


def _top(run: Run, options: Options) -> str:
    header, counts = run.header, run.counts
    found = answer(header, counts)
    lines = [f"# {_MOODS[found.mood]} {plain(found.sentence)}", ""]
    if options.previous:
        told = changes(options.previous, run)
        lines.append(f"Since the run of {plain(options.previous.header.finished_at)}:" if told else "Nothing changed.")
        lines += ["", *(f"- {plain(change.text)}" for change in told), ""]
    lines += ["| | full | partial | none | unknown |", "|---|--:|--:|--:|--:|"]
    for name, numbers in (("Subscriptions", counts.subscriptions), ("Resource groups", counts.resource_groups)):
        cells = " | ".join(f"{numbers[state]:,}" for state in ("full", "partial", "none", "unknown"))
        lines.append(f"| {name}, {TIER_NAMES[header.require]} | {cells} |")
    links = ", ".join(f"{number:,} {state}" for state, number in counts.links.items())
    findings = ", ".join(f"{number:,} {severity}" for severity, number in counts.findings.items())
    lines += ["", f"Links: {links}. Findings: {findings}.", ""]
    quick = " with `--quick`" if header.quick else ""
    lines.append(
        f"<sub>{code(header.command)}{quick}, run {code(header.id)}, finished {code(header.finished_at)}, "
        f"exit code {header.exit_code}</sub>"
    )
    return "\n".join(lines) + "\n"


def _open(run: Run) -> Iterator[Finding]:
    """Errors, then warnings, then the rest: a cut never costs an error while a warning is shown."""
    for severity in Severity:
        yield from (one for one in run.findings() if one.severity is severity and not one.excepted)


def _finding(finding: Finding) -> str:
    place = finding.scope or (f"{finding.credential}@{finding.tenant_id}" if finding.credential else "")
    where = f"\n  {code(place)}" if place else ""
    message = plain(finding.message)
    fix = f"\n{block(finding.fix)}" if finding.fix else ""
    return f"\n- {_SEVERITIES[finding.severity]} **{plain(finding.id)}** {message}{where}\n{fix}"


_TARGETS = "## Credentials\n\n| Credential | Tenant | Link | Read | Reason |\n|---|---|---|---|---|"
_SUBSCRIPTIONS = (
    "## Subscriptions\n\n| Subscription | Tenant | Association | Influence | PEC | Resource groups in full |\n"
    "|---|---|---|---|---|--:|"
)
_EXCEPTIONS = "## Exceptions\n\n| Expires | Finding | What | Reason | Owner |\n|---|---|---|---|---|"


def _target(result: TargetResult, names: Names) -> str:
    reason = f"{result.reason.code}: {result.reason.message}" if result.reason else ""
    tenant_id = result.target.tenant_id
    return _row(
        code(result.target.credential),
        code(names.get(tenant_id.lower(), tenant_id)),
        _MARKS[result.link.state],
        _MARKS[result.status],
        plain(reason),
    )


def _subscription(result: SubscriptionResult, names: Names, require: Tier) -> str:
    full = sum(group.tiers.of(require) is State.FULL for group in result.resource_groups)
    return _row(
        code(f"{result.name} ({result.subscription_id})"),
        code(names.get(result.tenant_id.lower(), result.tenant_id)),
        _MARKS[result.tiers.association],
        _MARKS[result.tiers.influence],
        _MARKS[result.tiers.pec],
        f"{full:,} of {len(result.resource_groups):,}",
    )


def _exception(finding: Finding) -> str:
    """Nothing for a finding that is not excepted."""
    covered = finding.excepted
    if covered is None:
        return ""
    place = finding.scope or f"{finding.credential}@{finding.tenant_id}"
    return _row(
        covered.expires.isoformat(), plain(finding.id), code(place), plain(covered.reason), plain(covered.owner)
    )


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def plain(text: str) -> str:
    """Text that stays text within a line: marks are escaped, and a word joiner ends what would become a link or a
    mention by itself (backslashes do not stop those)."""
    joined = _LINKS.sub("\\g<0>\u2060", clean(text, limit=SENTENCE))
    return _MARKUP.sub(r"\\\g<0>", joined)


def code(text: str) -> str:
    """A code span, in a table too: the fence is longer than any run of backticks in it."""
    shown = clean(text).replace("|", "\\|")
    if not shown.strip():
        return "–"
    fence = "`" * (_longest(shown) + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(text: str) -> str:
    """A fenced block within a list item: one line, to be copied."""
    shown = clean(text, limit=SENTENCE)
    fence = "`" * max(3, _longest(shown) + 1)
    return f"  {fence}sh\n  {shown}\n  {fence}\n"


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
