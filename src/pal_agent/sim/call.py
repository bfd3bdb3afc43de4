"""A call to Resource Manager that has been let in: the request and who sends it."""

from dataclasses import dataclass

from pal_agent.sim.directory import Identity
from pal_agent.sim.estate import Fact
from pal_agent.sim.state import Azure
from pal_agent.sim.wire import Request, Response, arm_error


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    azure: Azure
    request: Request
    caller: Identity


def refused_read(call: Call, *, what: Fact, action: str, scope: str) -> Response | None:
    """A 403 when the estate forbids this read, or no role of the caller has the action."""
    subscription = scope.split("/")[2] if scope.startswith("/subscriptions/") else None
    forbidden = call.caller.principal.cannot_read if call.caller.principal else ()
    listed = any(
        item.what == what and (item.subscription is None or item.subscription.lower() == subscription)
        for item in forbidden
    )
    if not listed and call.azure.directory.may(call.caller, action, scope):
        return None
    return forbidden_to(call, action=action, scope=scope)


def forbidden_to(call: Call, *, action: str, scope: str) -> Response:
    """403 AuthorizationFailed, as Resource Manager words it."""
    return arm_error(
        403,
        "AuthorizationFailed",
        f"The client '{call.caller.object_id}' with object id '{call.caller.object_id}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials.",
    )
