"""Privileged Identity Management: assignments that end or were activated, and those that are eligible only."""

import threading

from pal_agent.cloud import deadline
from pal_agent.cloud.failure import Failure
from pal_agent.gather.fields import Json, child, guid_at_end, optional_text, text
from pal_agent.model import Code, ScheduleInstance

API_VERSION = "2020-10-01"
TIME_BOUND = "roleAssignmentScheduleInstances"
ELIGIBLE = "roleEligibilityScheduleInstances"


def instance(content: Json) -> ScheduleInstance:
    properties = child(content, "properties")
    return ScheduleInstance(
        id=text(content, "id"),
        scope=text(properties, "scope"),
        role_definition_id=guid_at_end(properties, "roleDefinitionId"),
        principal_id=text(properties, "principalId"),
        assignment_type=optional_text(properties, "assignmentType"),
        ends_at=optional_text(properties, "endDateTime"),
        origin_assignment_id=optional_text(properties, "originRoleAssignmentId"),
    )


def names_the_licence(failure: Failure) -> bool:
    """A tenant without Entra ID P2 says so in an error: then nothing there is time-bound, and nothing is missing."""
    words = f"{failure.azure_code or ''} {failure.reason.message}".lower()
    return failure.answered and ("license" in words or "licence" in words)


class Licences:
    """Which tenants have no PIM licence, as far as one target is told. Each is found out once, by what asks first."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}
        self._finding_out: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def missing(self, tenant_id: str) -> bool:
        return self._known.get(tenant_id.lower()) is False

    def known(self, tenant_id: str) -> bool:
        return tenant_id.lower() in self._known

    def learn(self, tenant_id: str, *, licensed: bool) -> None:
        self._known[tenant_id.lower()] = licensed

    def turn(self, tenant_id: str) -> "_Turn":
        """Held by the one thread that finds out; the others wait for its answer, within their own deadline."""
        with self._lock:
            return _Turn(self._finding_out.setdefault(tenant_id.lower(), threading.Lock()))


class _Turn:
    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=deadline.left()):
            raise Failure(Code.TIMEOUT, "No answer in time.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
