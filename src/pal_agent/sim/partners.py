"""Microsoft.ManagementPartner: the caller's own link. No role is needed, and nobody else can see or write it."""

import time
from collections.abc import Mapping
from dataclasses import replace

from pal_agent.sim.call import Call
from pal_agent.sim.estate import Link
from pal_agent.sim.wire import Response, json_response

_NOT_LINKED = "This user or service principal is not linked with a Partner ID"
_CSP = (
    "The user does not have an account in this tenant, please ask the tenant administrator to create one. "
    "If you are a CSP partner logged in the customer tenant, you will not be able to link the Partner ID"
)


def own(call: Call, _: Mapping[str, str]) -> Response:
    return _shown(call, _stored(call))


def by_id(call: Call, path: Mapping[str, str]) -> Response:
    link = _stored(call)
    return _shown(call, link if link and link.partner_id == path["partner"] else None)


def create(call: Call, path: Mapping[str, str]) -> Response:
    with call.azure.lock:
        link = _stored(call)
        if refused := _refused(call, path["partner"]):
            return refused
        if link is not None and link.state == "Active":
            message = f"This user or service principal is already linked with the Partner ID {link.partner_id}"
            return _error(409, "PartnerIdAlreadyLinked", message)
        return _written(call, path["partner"], link)


def change(call: Call, path: Mapping[str, str]) -> Response:
    with call.azure.lock:
        link = _stored(call)
        if refused := _refused(call, path["partner"]):
            return refused
        if link is None or link.state != "Active":
            return _error(404, "ManagementPartnerNotFound", _NOT_LINKED)
        return _written(call, path["partner"], link)


def remove(call: Call, path: Mapping[str, str]) -> Response:
    """Soft: the record stays. Removing another ID than the linked one is refused; what Azure does is not on record."""
    with call.azure.lock:
        link = _stored(call)
        if _is_csp(call):
            return _error(400, "BadRequest", _CSP)
        if link is None or link.state != "Active":
            return Response(status=200)
        if link.partner_id != path["partner"]:
            return _error(404, "ManagementPartnerNotFound", _NOT_LINKED)
        gone = replace(link, state="Deleted", version=link.version + 1, updated=_now(call))
        call.azure.store_link(call.caller.tenant, call.caller.object_id, gone)
        return Response(status=200)


def _stored(call: Call) -> Link | None:
    return call.azure.link(call.caller.tenant, call.caller.object_id)


def _is_csp(call: Call) -> bool:
    return call.caller.principal is not None and call.caller.principal.csp


def _refused(call: Call, partner_id: str) -> Response | None:
    if _is_csp(call):
        return _error(400, "BadRequest", _CSP)
    if partner_id not in call.azure.estate.partners:
        return _error(400, "PartnerIdInvalid", "The Partner ID is not valid")
    return None


def _written(call: Call, partner_id: str, before: Link | None) -> Response:
    now = _now(call)
    created, version = (before.created, before.version + 1) if before else (now, 1)
    link = Link(partner_id=partner_id, version=version, created=created, updated=now)
    call.azure.store_link(call.caller.tenant, call.caller.object_id, link)
    return _shown(call, link)


def _shown(call: Call, link: Link | None) -> Response:
    forbidden = call.caller.principal.cannot_read if call.caller.principal else ()
    if any(item.what == "partners" for item in forbidden):
        return _error(403, "Forbidden", "The caller may not read partner links")
    if _is_csp(call):
        return _error(400, "BadRequest", _CSP)
    hidden = link is None or (link.state == "Deleted" and not call.azure.estate.deleted_links_shown)
    if link is None or hidden:
        return _error(404, "ManagementPartnerNotFound", _NOT_LINKED)
    name = link.name or call.azure.estate.partners.get(link.partner_id)
    return json_response(
        200,
        {
            "id": f"/providers/microsoft.managementpartner/partners/{link.partner_id}",
            "type": "Microsoft.ManagementPartner/partners",
            "name": link.partner_id,
            "etag": link.version,
            "properties": {
                "partnerId": link.partner_id,
                **({"partnerName": name} if name is not None else {}),
                "tenantId": call.caller.tenant,
                "objectId": call.caller.object_id,
                "version": link.version,
                "updatedTime": link.updated,
                "createdTime": link.created,
                "state": link.state,
            },
        },
    )


def _error(status: int, code: str, message: str) -> Response:
    """This provider repeats its error at two levels."""
    inner = {"code": code, "message": message}
    return json_response(status, {"error": inner, **inner})


def _now(call: Call) -> str:
    """Now with seven digits after the second, as the provider writes times."""
    seconds = call.azure.clock()
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{int(seconds % 1 * 10_000_000):07}Z"
