"""`scopes -o json`: the tree, nested, one target a line. Printable ASCII, whatever the names are."""

import json
from collections.abc import Iterable, Iterator

from pal_agent.codec import Json
from pal_agent.model import Link, Reason
from pal_agent.report import Options
from pal_agent.scope_tree import Place, Tree, Unread
from pal_agent.scope_tree.grants import Grant

SCHEMA_VERSION = 1


def render(trees: Iterable[Tree], options: Options) -> Iterator[str]:
    """A target at a time."""
    yield f'{{"schema_version": {SCHEMA_VERSION},\n "targets": ['
    between = "\n  "
    for tree in trees:
        yield between + json.dumps(_target(tree)).replace("\x7f", "\\u007f")
        between = ",\n  "
    yield "]}\n"


def _target(tree: Tree) -> Json:
    result = tree.result
    return {
        "credential": result.target.credential,
        "tenant_id": result.target.tenant_id,
        "tenant_name": result.tenant_name,
        "object_id": result.object_id,
        "status": result.status.value,
        "reason": None if result.reason is None else _reason(result.reason),
        "link": _link(result.link),
        "scopes": [_place(place) for place in tree.places],
    }


def _link(link: Link) -> Json:
    return {"state": link.state.value, "partner_id": link.partner_id, "partner_name": link.partner_name}


def _place(place: Place) -> Json:
    return {
        "scope": place.scope,
        "scope_kind": place.kind,
        "name": place.name,
        "place_certain": place.is_certain,
        "roles": [_grant(grant) for grant in place.grants],
        "unread": [_unread(unread) for unread in place.unread],
        "scopes": [_place(lower) for lower in place.places],
    }


def _grant(grant: Grant) -> Json:
    held = grant.assignment
    return {
        "id": held.id,
        "role_definition_id": held.role_definition_id,
        "role_name": held.role_name,
        "principal_id": held.principal_id,
        "via": held.via,
        "eligible": held.eligible,
        "standing": held.standing,
        "held": {(True, True): "yes", (True, False): "unknown"}.get((grant.is_active, grant.is_certain), "no"),
        "activated": grant.is_activated,
        "ends_at": grant.ends_at,
    }


def _unread(unread: Unread) -> Json:
    return {"what": unread.what, "reason": _reason(unread.reason)}


def _reason(reason: Reason) -> Json:
    return {"code": reason.code.value, "message": reason.message, "status": reason.status}
