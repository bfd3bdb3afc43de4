"""Every file of the findings folder is a finding of the contract: id, severity, explanation, purity."""

import ast
import inspect
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent import findings
from pal_agent.findings import Kind, all_findings, explain
from pal_agent.findings._mends import LEAST_ROLE_ID
from pal_agent.model import Finding, Severity, TargetFacts
from tests.findings.telling import TODAY, Words, all_findings_of, cases, facts_of, findings_of

CONTRACT = {
    "assignment-eligible-only": "warning",
    "assignment-time-bound": "warning",
    "credential-expiring": "warning",
    "deny-assignment": "warning",
    "link-changed": "warning",
    "link-missing": "error",
    "link-name-mismatch": "warning",
    "link-not-removed": "warning",
    "link-other-partner": "error",
    "offer-excluded": "info",
    "role-not-eligible": "warning",
    "role-undocumented": "warning",
    "single-credential": "info",
    "subscription-not-attributed": "error",
    "subscription-not-enabled": "info",
    "subscription-partly-attributed": "warning",
    "target-partial": "warning",
    "target-unverified": "error",
}
FOLDER = Path(inspect.getfile(findings)).parent
CASES = tuple(case for kind in all_findings() for case in cases(kind.id))
OURS = {"model", "roles", "scopes", "attribution", "findings"}

every_kind = pytest.mark.parametrize("kind", all_findings(), ids=lambda kind: kind.id)


def test_exactly_the_findings_of_the_contract() -> None:
    """No finding is missing, none is there that the contract doesn't know, and each has its severity."""
    assert {kind.id: str(kind.severity) for kind in all_findings()} == CONTRACT
    assert [kind.id for kind in all_findings()] == sorted(CONTRACT)


@every_kind
def test_the_file_is_named_after_the_finding(kind: Kind) -> None:
    """One finding, one file, one id."""
    assert (FOLDER / f"{kind.id.replace('-', '_')}.py").is_file()
    assert import_module(kind.module).FINDING is kind


@every_kind
def test_the_explanation_is_complete(kind: Kind) -> None:
    """What it means, why it matters, how to mend it with az, and a source, for readers who know none of the words."""
    text = explain(kind.id)
    assert text.startswith(f"{kind.id} ({kind.severity})\n{kind.title}\n")
    assert [heading for heading in text.splitlines() if heading and not heading.startswith(" ")][2:] == [
        "What it means",
        "Why it matters",
        "How to mend it",
        "Source",
        "Words",
    ]
    assert kind.title.endswith(".")
    assert all(part.strip() for part in (kind.meaning, kind.matters, kind.source))
    assert any(line.startswith("      az ") for line in text.splitlines())
    assert "https://" in kind.source
    assert "$ " not in text


@every_kind
def test_commands_of_the_explanation_are_shell(kind: Kind) -> None:
    """Every command shown can be copied into a shell."""
    commands = [line.strip() for line in explain(kind.id).splitlines() if line.startswith("      az ")]
    assert all(len(shlex.split(command)) > 2 for command in commands)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_findings_are_pure(file: Path) -> None:
    """Findings import the nouns, the pure modules and the standard library: no clock, network or disk gets in."""
    for name in _imports(ast.parse(file.read_text(encoding="utf-8"))):
        top, *rest = name.split(".")
        assert rest[0] in OURS if top == "pal_agent" else top in sys.stdlib_module_names, name
        assert top not in {"os", "time", "random", "socket", "pathlib"}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module="pal_agent"):
                yield from (f"pal_agent.{alias.name}" for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield module


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_what_is_found_is_whole(case: Words) -> None:
    """Whatever is found says who or where, why, what to do; nothing is found twice; asking again changes nothing."""
    found = all_findings_of(case)
    assert found == all_findings_of(case)
    for finding in found:
        kind = {kind.id: kind for kind in all_findings()}[finding.id]
        assert finding.severity is kind.severity
        assert finding.message
        assert finding.fix
        assert (finding.credential is None) == (finding.tenant_id is None) == (kind.about == "subscription")
        assert finding.scope or finding.credential
        assert finding.excepted is None
    places = [(finding.id, finding.credential, finding.tenant_id, (finding.scope or "").lower()) for finding in found]
    assert len(set(places)) == len(places)


def test_findings_of_one_view_come_in_report_order() -> None:
    """One target with many worries: its findings are sorted by id, then scope."""
    group = "/subscriptions/s1/resourceGroups/rg"
    seen = {
        "subscription": "s1",
        "assignments": [["x", "reader", group, "me"], ["y", "custom", "/subscriptions/s1", "me"]],
        "eligible": [{"scope": group}, {}],
    }
    found = findings_of([facts_of({"target": "a", "expires": TODAY, "sees": [seen]})], {})
    about_target = [(finding.id, finding.scope) for finding in found if finding.credential]
    assert about_target == [
        ("assignment-eligible-only", "/subscriptions/s1"),
        ("assignment-eligible-only", group),
        ("credential-expiring", None),
        ("role-not-eligible", group),
        ("role-undocumented", "/subscriptions/s1"),
    ]


@given(case=st.sampled_from(CASES), random=st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(case: Words, random: Any) -> None:
    """Whatever order Azure lists things in, the same is found, to the letter."""
    facts = [facts_of(words) for words in case["facts"]]
    shuffled = [_shuffled(each, random) for each in facts]
    assert findings_of(shuffled, case) == findings_of(facts, case)


def _shuffled(facts: TargetFacts, random: Any) -> TargetFacts:
    def mixed(things: Any) -> Any:
        return tuple(random.sample(things, len(things))) if isinstance(things, tuple) else things

    names = ("groups", "assignments", "authorizations", "time_bound", "eligible", "deny")
    if not isinstance(facts.subscriptions, tuple):
        return facts
    seen = tuple(replace(each, **{name: mixed(getattr(each, name)) for name in names}) for each in facts.subscriptions)
    return replace(facts, subscriptions=mixed(seen))


HOSTILE = st.text(st.characters(codec=None), min_size=1) | st.sampled_from(
    [
        "'; rm -rf ~ #",
        "$(reboot)",
        "`reboot`",
        "a\nreboot",
        "a\u2028reboot",
        "\x1b[2J",
        "{0}{renew}",
        "%s",
        "\ud800",
    ]
)


@given(name=HOSTILE)
def test_names_never_break_a_command(name: str) -> None:
    """Names come from Azure and may hold anything: commands stay one command, with the name as one word of it."""
    scope = f"/subscriptions/s1/resourceGroups/{name}/providers/p/t/x"
    facts = facts_of(
        {
            "target": "a",
            "tenant_name": name,
            "partner_name": name,
            "sees": [
                {
                    "subscription": "s1",
                    "name": name,
                    "assignments": [["x", "reader", scope, "me"]],
                    "deny": [{"id": name, "scope": "/subscriptions/s1"}],
                    "eligible": [{"scope": scope}],
                }
            ],
        }
    )
    found = findings_of([facts], {"partner_name": "Contoso"})
    commands = [_command(finding) for finding in found if finding.fix.startswith(("az ", "pal-agent "))]
    assert len(commands) >= 2
    assert not {"reboot", "rm", ";", "`reboot`", "$(reboot)"}.intersection(word for words in commands for word in words)
    assert [scope] * 2 == [words[words.index("--scope") + 1] for words in commands if scope in words]


def _command(finding: Finding) -> list[str]:
    """The words of a fix as a shell takes them; line breaks outside quotes would end the command."""
    lexer = shlex.shlex(finding.fix, posix=True, punctuation_chars=";&|<>()\n")
    lexer.whitespace = " \t"
    lexer.whitespace_split = True
    return list(lexer)


def test_a_role_that_is_there_for_a_time_is_not_granted_again() -> None:
    """Azure keeps one assignment for a principal, role and scope: granting what is there already would do nothing."""
    seen = {
        "subscription": "s1",
        "assignments": [["x", "contributor", "/subscriptions/s1", "me"]],
        "time_bound": [{"origin": "x", "type": "Activated"}],
    }
    facts = facts_of({"target": "a", "sees": [seen]})
    assert isinstance(facts.subscriptions, tuple)
    (subscription,) = facts.subscriptions
    assert isinstance(subscription.assignments, tuple)
    (assignment,) = subscription.assignments
    least = replace(assignment, role_definition_id=LEAST_ROLE_ID)
    facts = replace(facts, subscriptions=(replace(subscription, assignments=(least,)),))
    (finding,) = [each for each in findings_of([facts], {}) if each.id == "assignment-time-bound"]
    assert "permanent" in finding.fix
    assert "az role assignment create" not in finding.fix


def test_an_unknown_finding_is_a_key_error() -> None:
    """`explain` invents nothing."""
    with pytest.raises(KeyError):
        explain("no-such-finding")


def test_severities_are_the_models() -> None:
    """The contract's words are the model's."""
    assert {Severity(word) for word in CONTRACT.values()} == set(Severity)
