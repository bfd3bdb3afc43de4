"""JUnit XML as Azure DevOps and GitLab show it: one suite a tenant, one case a check.

The checks of a tenant are its links, one a credential, and its subscriptions. A check fails with the errors found
about it, is an error where it could not be told, is skipped where an exception covers all that is wrong, and passes
otherwise, with its warnings in its output.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from pal_agent.model import Finding, Run, RunHeader, Severity, State, Status, SubscriptionResult, TargetResult
from pal_agent.report import Options
from pal_agent.report._answer import TIER_NAMES
from pal_agent.report._scopes import tenant_names
from pal_agent.report.clean import SENTENCE, clean

BINARY = False
SUFFIX = ".xml"

Ending = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """`title` is one line, `text` the whole of it."""

    name: str
    kind: str
    ending: Ending
    title: str = ""
    text: str = ""


@dataclass(slots=True)
class _Suite:
    name: str
    cases: list[Case] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What is kept of a finding. `title` is empty for what fails no check."""

    ending: Ending
    title: str
    text: str


Findings = dict[str, list[_Told]]  # by target label or subscription scope, lower case


def render(run: Run, options: Options) -> Iterator[str]:
    """Holds a line for each target, subscription and finding, since the file is ordered by tenant and says its
    totals first; resource groups are never held."""
    suites = _suites(run)
    cases = [case for suite in suites for case in suite.cases]
    duration = _seconds(run.header)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    totals = _totals(cases).rpartition(" ")[0]  # the schema knows no `skipped` of the whole
    yield f'<testsuites name="pal-agent" {totals} time="{duration:.3f}">\n'
    for suite in suites:
        yield from _suite(suite, run.header)
    yield "</testsuites>\n"


def _suites(run: Run) -> list[_Suite]:
    names, found = tenant_names(run), _findings(run)
    suites: dict[str, _Suite] = {}

    def suite_of(tenant_id: str) -> _Suite:
        name = names.get(tenant_id.lower())
        whole = f"{name} ({clean(tenant_id)})" if name else clean(tenant_id)
        return suites.setdefault(tenant_id.lower(), _Suite(whole))

    for target in run.targets():
        suite_of(target.target.tenant_id).cases.append(_link_case(target, found))
    for subscription in run.subscriptions():
        suite_of(subscription.tenant_id).cases.append(_subscription_case(subscription, run.header, found))
    rest = [_case(clean(about), "run", findings) for about, findings in found.items()]
    return [*(suites[tenant_id] for tenant_id in sorted(suites)), *([_Suite("run", rest)] if rest else [])]


def _findings(run: Run) -> Findings:
    """What is found about nothing that has a case of its own ends in a suite of its own, never nowhere."""
    found: Findings = {}
    for finding in run.findings():
        about = "/".join((finding.scope or "").split("/")[:3])
        if finding.credential:
            about = f"{finding.credential}@{finding.tenant_id}"
        found.setdefault(about.lower(), []).append(_told(finding))
    return found


def _link_case(result: TargetResult, found: Findings) -> Case:
    about = found.pop(result.target.label.lower(), [])
    name = f"link of {clean(result.target.credential)}"
    if result.status is Status.VERIFIED or not result.reason:
        return _case(name, "link", about)
    why = f"{result.reason.code}: {clean(result.reason.message, limit=SENTENCE)}"
    return Case(name=name, kind="link", ending="error", title=why, text=_text(about) or why)


def _subscription_case(result: SubscriptionResult, header: RunHeader, found: Findings) -> Case:
    about, tier = found.pop(result.scope.lower(), []), TIER_NAMES[header.require]
    name = f"{tier} of {clean(result.name)} ({clean(result.subscription_id)})"
    kind = header.require.value
    if result.tiers.of(header.require) is State.UNKNOWN and not header.quick:
        why = "A fact that could have changed the answer could not be read."
        return Case(name=name, kind=kind, ending="error", title=why, text=_text(about) or why)
    return _case(name, kind, about)


def _case(name: str, kind: str, about: list[_Told]) -> Case:
    errors = [told for told in about if told.ending == "failure"]
    if errors:
        title = "; ".join(told.title for told in errors[:3])
        rest = [told for told in about if told.ending != "failure"]
        return Case(name=name, kind=kind, ending="failure", title=title, text=_text([*errors, *rest]))
    if about and all(told.ending == "skipped" for told in about):
        return Case(name=name, kind=kind, ending="skipped", title="excepted", text=_text(about))
    return Case(name=name, kind=kind, ending="passed", text=_text(about))


def _text(about: list[_Told]) -> str:
    return "\n".join(told.text for told in about)


def _told(finding: Finding) -> _Told:
    """How a check would end if this were all that is found about it."""
    if finding.excepted:
        return _Told(ending="skipped", title="", text=_lines(finding))
    if finding.severity is Severity.ERROR:
        return _Told(ending="failure", title=clean(finding.message), text=_lines(finding))
    return _Told(ending="passed", title="", text=_lines(finding))


def _lines(finding: Finding) -> str:
    severity = "excepted" if finding.excepted else finding.severity
    lines = [f"{severity} {clean(finding.id)}: {clean(finding.message, limit=SENTENCE)}"]
    if finding.scope:
        lines.append(f"  scope: {clean(finding.scope)}")
    if finding.fix:
        lines.append(f"  fix: {clean(finding.fix, limit=SENTENCE)}")
    if covered := finding.excepted:
        lines.append(f"  until {covered.expires}, {clean(covered.owner)}: {clean(covered.reason)}")
    return "\n".join(lines)


def _suite(suite: _Suite, header: RunHeader) -> Iterator[str]:
    time = clean(header.started_at).removesuffix("Z")
    yield f'<testsuite name={quoteattr(suite.name)} {_totals(suite.cases)} time="0" timestamp="{escape(time)}">\n'
    for case in suite.cases:
        yield _element(case, suite.name)
    yield "</testsuite>\n"


def _element(case: Case, suite: str) -> str:
    head = f'<testcase name={quoteattr(case.name)} classname={quoteattr(f"{suite}: {case.kind}")} time="0"'
    match case.ending:
        case "passed" if not case.text:
            return f"{head}/>\n"
        case "passed":
            inner = f"<system-out>{escape(case.text)}</system-out>"
        case "skipped":
            inner = f"<skipped message={quoteattr(case.text)}/>"
        case "failure" | "error":
            inner = (
                f'<{case.ending} message={quoteattr(case.title)} type="{case.kind}">{escape(case.text)}</{case.ending}>'
            )
    return f"{head}>{inner}</testcase>\n"


def _totals(cases: list[Case]) -> str:
    endings = [case.ending for case in cases]
    numbers = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    parts = (f'{name}="{endings.count(ending)}"' for name, ending in numbers.items())  # type: ignore[arg-type]
    return f'tests="{len(cases)}" {" ".join(parts)}'


def _seconds(header: RunHeader) -> float:
    started, finished = (datetime.fromisoformat(time) for time in (header.started_at, header.finished_at))
    return max(0.0, (finished - started).total_seconds())
