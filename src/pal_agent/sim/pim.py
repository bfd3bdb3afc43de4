"""Privileged Identity Management: schedule instances, active and eligible. Needs a licence in the scope's tenant."""

from collections.abc import Iterator, Mapping
from typing import Any

from pal_agent.sim import scopes
from pal_agent.sim.authorization import (
    assignment_name,
    bad_filter,
    definition_id,
    filter_of,
    of_principals,
    principal_type,
    related,
    resource_id,
    tenant_of,
)
from pal_agent.sim.call import Call, refused_read
from pal_agent.sim.directory import named
from pal_agent.sim.estate import Assignment, Eligibility, Tenant
from pal_agent.sim.filters import Filter
from pal_agent.sim.paging import page
from pal_agent.sim.wire import Response, arm_error

_STARTED = "2025-01-15T21:08:45.49Z"


def assignment_instances(call: Call, path: Mapping[str, str]) -> Response:
    """Every active assignment has one: activated, ending, or standing."""
    return _instances(call, path, kind="roleAssignmentScheduleInstances")


def eligibility_instances(call: Call, path: Mapping[str, str]) -> Response:
    return _instances(call, path, kind="roleEligibilityScheduleInstances")


def _instances(call: Call, path: Mapping[str, str], *, kind: str) -> Response:
    scope = scopes.normal(path["scope"])
    if refused := refused_read(call, what="pim", action=f"Microsoft.Authorization/{kind}/read", scope=scope):
        return refused
    wanted = filter_of(call)
    if wanted is None:
        return bad_filter(call)
    tenant = tenant_of(call, scope)
    if tenant is not None and not tenant.pim_licensed:
        message = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
        return arm_error(400, "AadPremiumLicenseRequired", message)
    shown = _eligible if kind.startswith("roleEligibility") else _active
    items = list(shown(call, tenant, scope, wanted)) if tenant else []
    return page(call, items, kind=kind.lower())


def _active(call: Call, tenant: Tenant, scope: str, wanted: Filter) -> Iterator[dict[str, Any]]:
    for item in related(call, of_principals(call, tenant.assignments, wanted), scope, wanted):
        yield _instance(call, item, "roleAssignmentScheduleInstances", _held(item))


def _eligible(call: Call, tenant: Tenant, scope: str, wanted: Filter) -> Iterator[dict[str, Any]]:
    for item in related(call, of_principals(call, tenant.eligible, wanted), scope, wanted):
        yield _instance(call, item, "roleEligibilityScheduleInstances", {})


def _held(item: Assignment) -> dict[str, Any]:
    origin = resource_id(item.scope, "roleAssignments", assignment_name(item))
    return {
        "assignmentType": "Activated" if item.activated else "Assigned",
        **({"originRoleAssignmentId": origin} if item.origin else {}),
    }


def _instance(call: Call, item: Assignment | Eligibility, kind: str, more: dict[str, Any]) -> dict[str, Any]:
    name = named(item, "", lambda: f"{kind}|{item.name}|{item.scope}|{item.role}|{item.principal}")
    return {
        "properties": {
            "scope": item.scope,
            "roleDefinitionId": definition_id(item.role, item.scope),
            "principalId": item.principal,
            "principalType": principal_type(call, item.principal),
            "status": "Provisioned",
            "startDateTime": _STARTED,
            "endDateTime": item.ends,
            "memberType": "Direct" if call.azure.directory.is_principal(item.principal) else "Group",
            "createdOn": _STARTED,
            "condition": None,
            "conditionVersion": None,
            **more,
        },
        "id": resource_id(item.scope, kind, name),
        "type": f"Microsoft.Authorization/{kind}",
        "name": name,
    }
