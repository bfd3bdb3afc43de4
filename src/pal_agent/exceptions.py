"""Exceptions: findings that somebody has accepted, for a reason and until a day. They stay visible."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from pal_agent.model import Excepted, Finding, Severity
from pal_agent.settings import ExceptionRule

WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def apply_exceptions(findings: Iterable[Finding], rules: Sequence[ExceptionRule], today: date) -> Iterator[Finding]:
    """The same findings in the same order; those that a rule covers today say so in `excepted`. The first rule wins."""
    current = [rule for rule in rules if today <= rule.expires]
    for finding in findings:
        rule = next((rule for rule in current if _covers(rule, finding)), None)
        yield replace(finding, excepted=_excepted(rule)) if rule else finding


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The worst severity that no exception covers; None when there is nothing, or all is excepted."""
    severities = {finding.severity for finding in findings if finding.excepted is None}
    return next((severity for severity in WORST_FIRST if severity in severities), None)


def is_at_least(severity: Severity | None, threshold: Severity) -> bool:
    """Whether the worst severity of a run reaches `--fail-on`."""
    return severity is not None and WORST_FIRST.index(severity) <= WORST_FIRST.index(threshold)


def _covers(rule: ExceptionRule, finding: Finding) -> bool:
    place = finding.scope if finding.scope is not None else f"{finding.credential}@{finding.tenant_id}"
    return rule.finding == finding.id and fnmatchcase(place.lower(), rule.scope.lower())


def _excepted(rule: ExceptionRule) -> Excepted:
    return Excepted(reason=rule.reason, owner=rule.owner, expires=rule.expires)
