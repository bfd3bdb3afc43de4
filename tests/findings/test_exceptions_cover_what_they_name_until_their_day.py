"""Exceptions mark findings as accepted, and no more than they say, for no longer than they say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.exceptions import apply_exceptions, is_at_least, worst
from pal_agent.model import Excepted, Finding, Severity
from pal_agent.settings import ExceptionRule

TODAY = date(2026, 7, 1)
GROUP = "/subscriptions/S1/resourceGroups/legacy-web"


def rule(
    finding: str = "role-not-eligible", scope: str = "*", expires: date = TODAY, reason: str = "r"
) -> ExceptionRule:
    return ExceptionRule(finding=finding, scope=scope, reason=reason, owner="o@example.com", expires=expires)


def found(scope: str | None = GROUP, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(
        id="role-not-eligible", severity=severity, message="m", fix="f", credential="Fab", tenant_id="t1", scope=scope
    )


def is_covered(scope: str | None, by: ExceptionRule, today: date = TODAY) -> bool:
    (finding,) = apply_exceptions([found(scope)], [by], today)
    return finding.excepted is not None


@pytest.mark.parametrize(
    ("glob", "scope", "covered"),
    [
        ("/subscriptions/s1/resourcegroups/LEGACY*", GROUP, True),
        ("/subscriptions/*", GROUP, True),
        ("*/legacy-???", GROUP, True),
        ("*", GROUP, True),
        ("/subscriptions/s1", GROUP, False),
        ("/subscriptions/s1/resourceGroups/legacy", GROUP, False),
        ("resourceGroups/legacy*", GROUP, False),
        ("fab@t1", GROUP, False),
        ("fab@t1", None, True),
        ("FAB@*", None, True),
        ("fab", None, False),
        ("None", None, False),
    ],
)
def test_scope(glob: str, scope: str | None, covered: bool) -> None:
    """The glob is for the whole scope, without case, and `*` crosses slashes; without a scope, for the target."""
    assert is_covered(scope, rule(scope=glob)) is covered


@given(days=st.integers(-4000, 4000))
def test_the_day_itself_is_covered_and_the_next_is_not(days: int) -> None:
    """Expiry is inclusive, whatever the day."""
    assert is_covered(GROUP, rule(expires=TODAY + timedelta(days=days))) is (days >= 0)


def test_only_the_named_finding() -> None:
    """An exception for one finding says nothing of another at the same scope."""
    assert not is_covered(GROUP, rule(finding="role-undocumented"))


def test_excepted_findings_stay() -> None:
    """Nothing is dropped or reordered; who accepted it, why and until when stands beside it; the first rule wins."""
    findings = [found(GROUP), found("/subscriptions/s2"), found(None)]
    rules = [rule(scope="*legacy*", reason="first"), rule(scope="*legacy*", reason="second")]
    covered, *others = apply_exceptions(findings, rules, TODAY)
    assert covered.excepted == Excepted(reason="first", owner="o@example.com", expires=TODAY)
    assert [covered.order, *others] == [findings[0].order, *findings[1:]]


def test_an_expired_rule_gives_way_to_a_later_one() -> None:
    """The first rule that is in force today covers."""
    past = rule(expires=TODAY - timedelta(days=1), reason="past")
    (finding,) = apply_exceptions([found()], [past, rule(reason="now")], TODAY)
    assert finding.excepted is not None
    assert finding.excepted.reason == "now"


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], None),
        (["info"], "info"),
        (["info", "warning"], "warning"),
        (["warning", "error", "info"], "error"),
    ],
)
def test_the_worst_counts(severities: list[str], expected: str | None) -> None:
    """`--fail-on` looks at the worst finding that nobody has accepted."""
    findings = [found(severity=Severity(severity)) for severity in severities]
    assert worst(findings) == expected
    assert worst(apply_exceptions(findings, [rule()], TODAY)) is None


@pytest.mark.parametrize(
    ("severity", "threshold", "reached"),
    [
        ("error", "error", True),
        ("warning", "error", False),
        ("error", "warning", True),
        ("warning", "warning", True),
        ("info", "warning", False),
        (None, "warning", False),
    ],
)
def test_threshold(severity: str | None, threshold: str, reached: bool) -> None:
    """Info never fails a run, and nothing found doesn't either."""
    assert is_at_least(Severity(severity) if severity else None, Severity(threshold)) is reached
