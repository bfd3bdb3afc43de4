"""SARIF 2.1.0, for code scanning and every tool that reads it. One result a finding; excepted ones are suppressed.

A finding has no file. Its scope (or its target) stands as a relative path instead, because code scanning shows no
result without one, and as a logical location, which is what it is.
"""

import json
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from pal_agent.model import Finding, Run, RunHeader, Severity
from pal_agent.report import Options
from pal_agent.report.clean import SENTENCE, clean

BINARY = False
SUFFIX = ".sarif"

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(run: Run, options: Options) -> Iterator[str]:
    """Walks the findings twice: for the rules, of which there are few, then for the results, one at a time."""
    head = _run(run)
    before, _, after = json.dumps(head, indent=1).rpartition('"RESULTS"')
    yield '{\n"$schema": ' + json.dumps(SCHEMA) + ',\n"version": "2.1.0",\n"runs": [\n' + before
    rules = {rule["id"]: index for index, rule in enumerate(head["tool"]["driver"]["rules"])}
    between = "[\n"
    for finding in run.findings():
        yield between + json.dumps(_result(finding, rules, options.now.date()))
        between = ",\n"
    yield ("[" if between == "[\n" else "\n") + "]" + after + "\n]\n}\n"


def _run(run: Run) -> dict[str, Any]:
    header = run.header
    return {
        "tool": {
            "driver": {
                "name": "pal-agent",
                "semanticVersion": clean(header.agent_version),
                "rules": [_rule(id_, severity) for id_, severity in sorted(_kinds(run).items())],
            }
        },
        "automationDetails": {"id": f"pal-agent/{clean(header.command)}/"},
        "invocations": [_invocation(header)],
        "columnKind": "unicodeCodePoints",
        "properties": {"complete": header.complete, "require": header.require, "run": clean(header.id)},
        "results": "RESULTS",
    }


def _kinds(run: Run) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in run.findings()}


def _rule(id_: str, severity: Severity) -> dict[str, Any]:
    words = clean(id_).replace("-", " ")
    return {
        "id": clean(id_),
        "name": words.title().replace(" ", ""),
        "shortDescription": {"text": words.capitalize()},
        "help": {
            "text": f"pal-agent explain {clean(id_)}",
            "markdown": f"What it means and how to mend it: `pal-agent explain {clean(id_)}`",
        },
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _invocation(header: RunHeader) -> dict[str, Any]:
    return {
        "executionSuccessful": header.complete,
        "exitCode": header.exit_code,
        "startTimeUtc": clean(header.started_at),
        "endTimeUtc": clean(header.finished_at),
    }


def _result(finding: Finding, rules: dict[str, int], today: date) -> dict[str, Any]:
    place = clean(finding.scope or f"{finding.credential or 'run'}@{finding.tenant_id or ''}")
    result: dict[str, Any] = {
        "ruleId": clean(finding.id),
        "ruleIndex": rules[clean(finding.id)],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(place.strip("/") or "root", safe="/@")},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": place, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"palAgentFinding/v1": _fingerprint(finding)},
        "properties": {
            "credential": _maybe(finding.credential),
            "tenantId": _maybe(finding.tenant_id),
            "scope": _maybe(finding.scope),
            "fix": clean(finding.fix, limit=SENTENCE),
        },
    }
    if covered := finding.excepted:
        why = f"{clean(covered.reason)} (owner {clean(covered.owner)}, expires {covered.expires.isoformat()})"
        left = (covered.expires - today).days
        properties = {"expires": covered.expires.isoformat(), "daysLeft": left}
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": why, "properties": properties}
        ]
    return result


def _message(finding: Finding) -> str:
    """In a SARIF message, square brackets make links and braces take arguments: both are made harmless."""
    text = clean(finding.message, limit=SENTENCE) or finding.id
    fix = clean(finding.fix, limit=SENTENCE)
    whole = f"{text}\nTo mend it: {fix}" if fix else text
    return whole.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("{", "{{").replace("}", "}}")


def _fingerprint(finding: Finding) -> str:
    """The same finding about the same thing has the same one in every run, whatever its words."""
    parts = (finding.id, finding.credential or "", finding.tenant_id or "", finding.scope or "")
    return sha256("\n".join(parts).lower().encode(errors="surrogatepass")).hexdigest()


def _maybe(text: str | None) -> str | None:
    return None if text is None else clean(text)
