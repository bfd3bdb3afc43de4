"""Microsoft.Authorization: role assignments, role definitions, deny assignments, and the caller's own permissions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from pal_agent.sim import scopes
from pal_agent.sim.call import Call, refused_read
from pal_agent.sim.directory import ZERO, named
from pal_agent.sim.estate import Assignment, Deny, Role, Tenant
from pal_agent.sim.filters import Filter, understood
from pal_agent.sim.paging import page
from pal_agent.sim.roles import builtin_roles
from pal_agent.sim.wire import Response, arm_error, json_response

_PROVIDER = "providers/Microsoft.Authorization"
_READ_DEFINITIONS = "Microsoft.Authorization/roleDefinitions/read"


class _Scoped(Protocol):
    @property
    def scope(self) -> str: ...


class _Held(Protocol):
    @property
    def principal(self) -> str: ...


_ScopedT = TypeVar("_ScopedT", bound=_Scoped)
_HeldT = TypeVar("_HeldT", bound=_Held)


def role_assignments(call: Call, path: Mapping[str, str]) -> Response:
    scope = scopes.normal(path["scope"])
    action = "Microsoft.Authorization/roleAssignments/read"
    if refused := refused_read(call, what="assignments", action=action, scope=scope):
        return refused
    wanted = filter_of(call)
    if wanted is None:
        return bad_filter(call)
    tenant = tenant_of(call, scope)
    mine = of_principals(call, tenant.assignments if tenant else (), wanted)
    items = [_assignment(call, item, scope) for item in related(call, mine, scope, wanted)]
    return page(call, items, kind="roleassignments")


def deny_assignments(call: Call, path: Mapping[str, str]) -> Response:
    scope = scopes.normal(path["scope"])
    action = "Microsoft.Authorization/denyAssignments/read"
    if refused := refused_read(call, what="deny", action=action, scope=scope):
        return refused
    wanted = filter_of(call)
    if wanted is None:
        return bad_filter(call)
    tenant = tenant_of(call, scope)
    ids = principals(call, wanted)
    mine = [item for item in (tenant.denies if tenant else ()) if ids is None or _denied(item) & (ids | {ZERO})]
    items = [_deny(item) for item in related(call, mine, scope, wanted)]
    return page(call, items, kind="denyassignments")


def role_definition(call: Call, path: Mapping[str, str]) -> Response:
    scope = scopes.normal(path["scope"])
    if refused := refused_read(call, what="roles", action=_READ_DEFINITIONS, scope=scope):
        return refused
    guid = path["name"]
    tenant = tenant_of(call, scope)
    for role in tenant.roles if tenant else ():
        if role.id.lower() == guid:
            return json_response(200, _definition(call, tenant, role, scope))
    if (name := builtin_roles().get(guid)) is not None:
        return json_response(200, _definition(call, None, Role(id=guid, name=name), scope))
    return arm_error(
        404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{guid}' does not exist."
    )


def role_definitions(call: Call, path: Mapping[str, str]) -> Response:
    if refused := refused_read(call, what="roles", action=_READ_DEFINITIONS, scope=scopes.normal(path["scope"])):
        return refused
    wanted = filter_of(call)
    if wanted is None:
        return bad_filter(call)
    items = [
        item
        for item in _definitions(call, scopes.normal(path["scope"]))
        if wanted.role_name in (None, item["properties"]["roleName"].lower())
        and wanted.role_type in (None, item["properties"]["type"].lower())
    ]
    return page(call, items, kind="roledefinitions")


def permissions(call: Call, path: Mapping[str, str]) -> Response:
    """The caller's own, one entry for each role at or above the scope; needs no right at all."""
    directory = call.azure.directory
    scope = scopes.normal(path["scope"])
    above = directory.lineage(scope)
    held = [grant for grant in directory.grants_near(call.caller, scope) if grant.scope in above]
    items = [_permission(directory.actions_of(grant.tenant, grant.role)) for grant in held]
    return page(call, items, kind="permissions")


def filter_of(call: Call) -> Filter | None:
    return understood(call.request.parameters.get("$filter", ""))


def bad_filter(call: Call) -> Response:
    given = call.request.parameters.get("$filter", "")
    return arm_error(400, "UnsupportedQuery", f"The filter '{given}' is not supported.")


def tenant_of(call: Call, scope: str) -> Tenant | None:
    """Whose scope it is: the subscription's tenant, else the caller's own."""
    placed = call.azure.directory.subscriptions.get(scopes.subscription_of(scope) or "")
    return placed.tenant if placed else call.azure.directory.tenant(call.caller.tenant)


def of_principals(call: Call, items: Iterable[_HeldT], wanted: Filter) -> list[_HeldT]:
    """Those that a filter lets through by whose they are."""
    ids = principals(call, wanted)
    return [item for item in items if ids is None or item.principal.lower() in ids]


def principals(call: Call, wanted: Filter) -> frozenset[str] | None:
    """The principal IDs that a filter lets through; None for all."""
    match wanted.whose:
        case "assigned":
            return call.azure.directory.with_groups(wanted.principal or "")
        case "principal":
            return frozenset({wanted.principal or ""})
        case "caller":
            return call.caller.ids
        case None:
            return None


def related(call: Call, items: Iterable[_ScopedT], scope: str, wanted: Filter) -> Iterator[_ScopedT]:
    """What applies at a scope: at it and above, and unless `atScope()` was asked for, below."""
    above = set(call.azure.directory.lineage(scope))
    for item in items:
        own = scopes.normal(item.scope)
        if own in above or (not wanted.at_scope and scope in call.azure.directory.lineage(own)):
            yield item


def definition_id(role: str, listed_at: str) -> str:
    """A role definition's ID under the subscription that was asked, without one where there is none."""
    subscription = scopes.subscription_of(scopes.normal(listed_at))
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return f"{prefix}/{_PROVIDER}/roleDefinitions/{role}"


def assignment_name(item: Assignment) -> str:
    return named(item, item.name, lambda: f"{item.scope}|{item.role}|{item.principal}")


def resource_id(scope: str, kind: str, name: str) -> str:
    return f"{scope.rstrip('/')}/{_PROVIDER}/{kind}/{name}"


def principal_type(call: Call, object_id: str) -> str:
    known = call.azure.directory.is_principal(object_id)
    return "ServicePrincipal" if known else "Group"


def _assignment(call: Call, item: Assignment, listed_at: str) -> dict[str, Any]:
    name = assignment_name(item)
    return {
        "properties": {
            "roleDefinitionId": definition_id(item.role, item.scope if item.scope != "/" else listed_at),
            "principalId": item.principal,
            "principalType": principal_type(call, item.principal),
            "scope": item.scope,
            "condition": None,
            "conditionVersion": None,
            "createdOn": "2025-01-15T21:08:45.4904312Z",
            "updatedOn": "2025-01-15T21:08:45.4904312Z",
            "createdBy": "",
            "updatedBy": "",
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        },
        "id": resource_id(item.scope, "roleAssignments", name),
        "type": "Microsoft.Authorization/roleAssignments",
        "name": name,
    }


def _denied(item: Deny) -> set[str]:
    return {principal.lower() for principal in item.principals}


def _deny(item: Deny) -> dict[str, Any]:
    name = named(item, item.name, lambda: f"{item.scope}|{item.title}|{item.principals}")
    return {
        "properties": {
            "denyAssignmentName": item.title,
            "description": "",
            "permissions": [{"actions": ["*/delete"], "notActions": [], "dataActions": [], "notDataActions": []}],
            "scope": item.scope,
            "doNotApplyToChildScopes": item.not_child_scopes,
            "principals": [_denied_principal(principal) for principal in item.principals],
            "excludePrincipals": [_denied_principal(principal) for principal in item.excluded],
            "isSystemProtected": True,
        },
        "id": resource_id(item.scope, "denyAssignments", name),
        "type": "Microsoft.Authorization/denyAssignments",
        "name": name,
    }


def _denied_principal(object_id: str) -> dict[str, str]:
    return {"id": object_id, "type": "SystemDefined" if object_id == ZERO else "ServicePrincipal"}


def _definitions(call: Call, scope: str) -> Iterator[dict[str, Any]]:
    tenant = tenant_of(call, scope)
    for role in tenant.roles if tenant else ():
        yield _definition(call, tenant, role, scope)
    for guid, name in builtin_roles().items():
        yield _definition(call, None, Role(id=guid, name=name), scope)


def _definition(call: Call, tenant: Tenant | None, role: Role, scope: str) -> dict[str, Any]:
    actions = call.azure.directory.actions_of(tenant, role.id.lower())
    places = [f"/subscriptions/{item.id}" for item in tenant.subscriptions] if tenant else ["/"]
    return {
        "properties": {
            "roleName": role.name,
            "type": "CustomRole" if tenant else "BuiltInRole",
            "description": "",
            "assignableScopes": places,
            "permissions": [_permission(actions)],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2023-07-10T15:10:53.8802500Z",
            "createdBy": None,
            "updatedBy": None,
        },
        "id": definition_id(role.id, scope),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": role.id,
    }


def _permission(actions: tuple[str, ...]) -> dict[str, list[str]]:
    return {"actions": list(actions), "notActions": [], "dataActions": [], "notDataActions": []}
