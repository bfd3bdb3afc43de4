"""`doctor -o json`: every check of every target. Printable ASCII, whatever the names are."""

import json
from collections.abc import Sequence

from pal_agent.codec import Json
from pal_agent.doctor import Check, Diagnosis
from pal_agent.model import Reason

SCHEMA_VERSION = 1


def rendered(local: Sequence[Check], diagnoses: Sequence[Diagnosis], exit_code: int) -> str:
    data: Json = {
        "schema_version": SCHEMA_VERSION,
        "exit_code": exit_code,
        "machine": [_check(check) for check in local],
        "targets": [_target(diagnosis) for diagnosis in diagnoses],
    }
    return json.dumps(data, indent=1).replace("\x7f", "\\u007f") + "\n"


def _target(diagnosis: Diagnosis) -> Json:
    return {
        "credential": diagnosis.target.credential,
        "tenant_id": diagnosis.target.tenant_id,
        "tenant_name": diagnosis.tenant_name,
        "client_id": diagnosis.target.client_id,
        "object_id": diagnosis.object_id,
        "outcome": diagnosis.outcome.value,
        "checks": [_check(check) for check in diagnosis.checks],
    }


def _check(check: Check) -> Json:
    return {
        "name": check.name,
        "outcome": check.outcome.value,
        "said": check.said,
        "subscriptions": list(check.places),
        "reason": _reason(check.reason) if check.reason else None,
        "cost": check.cost,
        "cause": check.advice.cause if check.advice else None,
        "mend": list(check.advice.steps) if check.advice else [],
    }


def _reason(reason: Reason) -> Json:
    return {"code": reason.code.value, "message": reason.message, "status": reason.status}
