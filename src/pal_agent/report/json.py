"""`-o json`: the contract's schema, one element a line, the same bytes for the same facts.

Names are as Azure gave them, escaped so that the file is printable ASCII. Beyond the contract's keys, objects end with
what is needed to read the run back (`history.runfile`).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pal_agent.codec import Json
from pal_agent.model import (
    Counts,
    Excepted,
    Finding,
    GroupResult,
    HeldAssignment,
    Link,
    Reason,
    Run,
    RunHeader,
    Source,
    SubscriptionResult,
    TargetResult,
    Tiers,
)
from pal_agent.report import Options

BINARY = False
SUFFIX = ".json"
SCHEMA_VERSION = 1
_ENCODER = json.JSONEncoder(check_circular=False)  # `json.dumps` would make one for each line

Element = TypeVar("Element")


def render(run: Run, options: Options) -> Iterator[str]:
    """Yields a line or a little more at a time."""
    yield f'{{"schema_version": {SCHEMA_VERSION},\n'
    yield f' "run": {_line(header_data(run.header))},\n'
    yield f' "summary": {_line(summary_data(run.counts))},\n'
    yield from _list("targets", run.targets(), _target)
    yield ",\n"
    yield from _list("subscriptions", run.subscriptions(), _subscription)
    yield ",\n"
    yield from _list("findings", run.findings(), _finding)
    yield "}\n"


def _list(name: str, elements: Iterable[Element], spell: Callable[[Element], str]) -> Iterator[str]:
    yield f' "{name}": ['
    between = "\n  "
    for element in elements:
        yield between + spell(element)
        between = ",\n  "
    yield "]"


def _line(data: Json) -> str:
    return _ENCODER.encode(data).replace("\x7f", "\\u007f")


def header_data(header: RunHeader) -> dict[str, Json]:
    return {
        "id": header.id,
        "command": header.command,
        "started_at": header.started_at,
        "finished_at": header.finished_at,
        "agent_version": header.agent_version,
        "exit_code": int(header.exit_code),
        "complete": header.complete,
        "require": header.require.value,
        "quick": header.quick,
    }


def summary_data(counts: Counts) -> dict[str, Json]:
    return {
        "targets": {**counts.targets},
        "links": {**counts.links},
        "subscriptions": {**counts.subscriptions},
        "resource_groups": {**counts.resource_groups},
        "findings": {**counts.findings},
    }


def _target(result: TargetResult) -> str:
    data = {
        "credential": result.target.credential,
        "tenant_id": result.target.tenant_id,
        "object_id": result.object_id,
        "status": result.status.value,
        "reason": _reason(result.reason),
        "expected_partner_id": result.target.expected_partner_id,
        "link": _link(result.link),
        "role_assignments": [_assignment(one) for one in result.role_assignments],
        "tenant_name": result.tenant_name,
        "wanted": result.target.link,
        "subscription_count": result.subscription_count,
    }
    return _line(data)


def _reason(reason: Reason | None) -> Json:
    if reason is None:
        return None
    return {"code": reason.code.value, "message": reason.message, "status": reason.status}


def _link(link: Link) -> Json:
    return {
        "state": link.state.value,
        "partner_id": link.partner_id,
        "partner_name": link.partner_name,
        "version": link.version,
        "created_at": link.created_at,
        "updated_at": link.updated_at,
    }


def _assignment(held: HeldAssignment) -> Json:
    return {
        "id": held.id,
        "scope": held.scope,
        "scope_kind": held.scope_kind,
        "role_definition_id": held.role_definition_id,
        "role_name": held.role_name,
        "principal_id": held.principal_id,
        "via": held.via,
        "eligible": held.eligible,
        "standing": held.standing,
    }


def _subscription(result: SubscriptionResult) -> str:
    before: Json = {
        "subscription_id": result.subscription_id,
        "name": result.name,
        "tenant_id": result.tenant_id,
        "state": result.state,
        **_tiers(result.tiers),
        "complete": result.complete,
        "by": _sources(result.by),
    }
    after: Json = {"quota_id": result.quota_id, "seen_by": [*result.seen_by]}
    groups = ", ".join(_groups(result.resource_groups))
    return f'{_line(before)[:-1]}, "resource_groups": [{groups}], {_line(after)[1:]}'


def _groups(groups: Iterable[GroupResult]) -> Iterator[str]:
    """There may be very many, and they mostly share what stands behind their names: that is spelled once."""
    spelled: dict[tuple[int, int], str] = {}
    for group in groups:
        shared = (id(group.tiers), id(group.by))
        if shared not in spelled:
            spelled[shared] = _line({**_tiers(group.tiers), "by": _sources(group.by)})[1:]
        yield f'{{"name": {_line(group.name)}, {spelled[shared]}'


def _tiers(tiers: Tiers) -> dict[str, Json]:
    return {
        "association": tiers.association,
        "influence": tiers.influence,
        "pec": tiers.pec,
    }


def _sources(sources: tuple[Source, ...]) -> Json:
    return [
        {"credential": one.credential, "tenant_id": one.tenant_id, "assignment_id": one.assignment_id}
        for one in sources
    ]


def _finding(finding: Finding) -> str:
    data = {
        "id": finding.id,
        "severity": finding.severity.value,
        "credential": finding.credential,
        "tenant_id": finding.tenant_id,
        "scope": finding.scope,
        "message": finding.message,
        "fix": finding.fix,
        "excepted": _excepted(finding.excepted),
    }
    return _line(data)


def _excepted(excepted: Excepted | None) -> Json:
    if excepted is None:
        return None
    return {
        "reason": excepted.reason,
        "owner": excepted.owner,
        "expires": excepted.expires.isoformat(),
    }
