"""`scopes -o csv`: a row for each role at each scope, and for each thing that could not be read."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from pal_agent.model import Reason
from pal_agent.report import Options
from pal_agent.report.clean import SENTENCE, clean
from pal_agent.report.csv import guarded
from pal_agent.scope_tree import Place, Tree
from pal_agent.scope_tree.grants import Grant

COLUMNS = (
    "credential",
    "tenant_id",
    "tenant_name",
    "link",
    "scope_kind",
    "scope",
    "subscription_name",
    "role_name",
    "role_definition_id",
    "eligible",
    "via",
    "held",
    "standing",
    "ends_at",
    "principal_id",
    "assignment_id",
    "not_read",
    "reason",
)


def render(trees: Iterable[Tree], options: Options) -> Iterator[str]:
    """A target at a time."""
    yield _rows([dict(zip(COLUMNS, COLUMNS, strict=True))])
    for tree in trees:
        yield _rows(_target(tree))


def _rows(rows: Iterable[dict[str, str]]) -> str:
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writerows({name: guarded(clean(value, limit=SENTENCE)) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _target(tree: Tree) -> Iterator[dict[str, str]]:
    result = tree.result
    own = {
        "credential": result.target.credential,
        "tenant_id": result.target.tenant_id,
        "tenant_name": result.tenant_name or "",
        "link": result.link.state.value,
    }
    rows = [row for place in tree.places for row in _place(place, "")]
    if result.reason is not None and not any("not_read" in row for row in rows):
        rows.append({"not_read": "target", "reason": _reason(result.reason)})
    return ({**own, **row} for row in rows or [{}])


def _place(place: Place, subscription: str) -> Iterator[dict[str, str]]:
    name = subscription if place.name is None else place.name
    where = {"scope_kind": place.kind, "scope": place.scope, "subscription_name": name}
    for grant in place.grants:
        yield {**where, **_grant(grant)}
    for unread in place.unread:
        yield {**where, "not_read": unread.what, "reason": _reason(unread.reason)}
    if not (place.grants or place.unread or place.places):
        yield where
    for lower in place.places:
        yield from _place(lower, name)


def _grant(grant: Grant) -> dict[str, str]:
    held = grant.assignment
    return {
        "role_name": held.role_name or "",
        "role_definition_id": held.role_definition_id,
        "eligible": held.eligible,
        "via": held.via,
        "held": "no" if not grant.is_active else "yes" if grant.is_certain else "unknown",
        "standing": {True: "yes", False: "no", None: "unknown"}[held.standing],
        "ends_at": grant.ends_at or "",
        "principal_id": held.principal_id,
        "assignment_id": held.id,
    }


def _reason(reason: Reason) -> str:
    return f"{reason.code}: {reason.message}"
