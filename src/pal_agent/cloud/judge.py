"""The one place that translates what Azure answers: status, headers and body in, a `Failure` out. Pure.

Messages come in full and with whatever the server chose to repeat: `policies.Verdict` takes secrets out, then shortens.

Sources: azure-facts sections 1, 3 and 4; RFC 9110 for Retry-After; Microsoft's list of AADSTS codes.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pal_agent.cloud.failure import Failure
from pal_agent.model import Code

SIGN_IN_CODES = {
    "7000215": Code.CREDENTIAL_INVALID,
    "7000222": Code.CREDENTIAL_EXPIRED,
    "700027": Code.CREDENTIAL_INVALID,
    "700016": Code.APP_NOT_IN_TENANT,
    "7000229": Code.APP_NOT_IN_TENANT,
    "7000112": Code.PRINCIPAL_DISABLED,
    "7000113": Code.PRINCIPAL_DISABLED,
    "50057": Code.PRINCIPAL_DISABLED,
    "90002": Code.TENANT_NOT_FOUND,
    "900021": Code.TENANT_NOT_FOUND,
    "900023": Code.TENANT_NOT_FOUND,
}
BLOCKED = re.compile(r"^(53\d{3,4}|50005|50053|50076|50079|50158)$")
PARTNER_CSP = re.compile(r"CSP partner logged in the customer tenant", re.IGNORECASE)
NOT_REGISTERED = {
    "missingsubscriptionregistration",
    "noregisteredproviderfound",
    "subscriptionnotregistered",
    "invalidresourcenamespace",
    "resourceprovidernotfound",
}
MOST_VALUES = 2_000_000  # in one answer; a page of 5,000 role assignments has 100,000
NUMBER = re.compile(r"[0-9]{1,300}(\.[0-9]{1,6})?|[0-9](\.[0-9]{1,6})?[eE]\+?[0-9]{1,2}", re.ASCII)
TRACE = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header; None where it is absent, garbage, not positive or past."""
    text = (value or "").strip()
    if NUMBER.fullmatch(text):
        seconds: float | None = float(text)
    else:
        seconds = seconds_until(text, now)
    return seconds if seconds is not None and seconds > 0 else None


def seconds_until(date: str, now: datetime) -> float | None:
    """From now until an HTTP date, negative where it is past; None where it can't be read as a date."""
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_json(body: bytes, status: int) -> Any:
    """The answer's JSON; HTML, an empty or truncated body, absurd nesting and absurd numbers are `bad-response`."""
    try:
        return _parsed(body)
    except (ValueError, RecursionError) as error:
        message = "The answer is not JSON, or absurdly much of it."
        raise Failure(Code.BAD_RESPONSE, message, status=status, transient=True) from error


def _parsed(body: bytes) -> Any:
    """Raises ValueError, or RecursionError. A few bytes of JSON may become an object of fifty times their size."""
    if sum(map(body.count, (b"{", b"[", b","))) > MOST_VALUES:
        raise ValueError("far too many values")
    return json.loads(body)


def sign_in_failure(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Failure:
    """What a refusal of Entra's discovery or token endpoint means."""
    if (passing := _passing(status, headers, now)) is not None:
        return passing
    error, description = _entra_error(body)
    numbers = re.findall(r"AADSTS(\d+)", description)
    message = re.split(r"\s+Trace ID:|\r|\n", description)[0] or error or f"Sign-in was refused with HTTP {status}."
    code = next((SIGN_IN_CODES[number] for number in numbers if number in SIGN_IN_CODES), None)
    if code is None and any(BLOCKED.match(number) for number in numbers):
        code = Code.BLOCKED_BY_POLICY
    if code is None and error == "temporarily_unavailable":
        return Failure(Code.UNAVAILABLE, message, status=status, transient=True)
    if code is None:
        code = _by_oauth_error(error, bool(numbers))
    return Failure(code, message, status=status, azure_code=f"AADSTS{numbers[0]}" if numbers else error)


def _by_oauth_error(error: str | None, named: bool) -> Code:
    if error == "invalid_tenant":
        return Code.TENANT_NOT_FOUND
    if named or error in ("invalid_client", "unauthorized_client", "invalid_grant", "access_denied"):
        return Code.CREDENTIAL_INVALID
    return Code.BAD_RESPONSE


def _entra_error(body: bytes) -> tuple[str | None, str]:
    try:
        content = _parsed(body)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(content, dict):
        return None, ""
    error, description = content.get("error"), content.get("error_description")
    return error if isinstance(error, str) else None, description if isinstance(description, str) else ""


def arm_failure(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Failure:
    """What a refusal of Resource Manager means. A 401 arrives here only after a fresh token was refused too."""
    azure_code, azure_message = _arm_error(body)
    text = f"{azure_code}: {azure_message}" if azure_code and azure_message else azure_message or azure_code or ""
    if (passing := _passing(status, headers, now, text)) is not None:
        return passing
    message = text or f"Azure answered with HTTP {status}."

    def failure(code: Code) -> Failure:
        return Failure(code, message, status=status, azure_code=azure_code)

    if PARTNER_CSP.search(azure_message):
        return failure(Code.CSP_AUTOMATIC)
    if 300 <= status < 400:
        return Failure(Code.BAD_RESPONSE, "Azure answered with a redirect, which is not followed.", status=status)
    if (azure_code or "").lower() in NOT_REGISTERED:
        return failure(Code.UNAVAILABLE)
    match status:
        case 401:
            return failure(Code.CREDENTIAL_INVALID)
        case 403:
            return failure(Code.FORBIDDEN)
        case _:
            return failure(Code.BAD_RESPONSE)


def _arm_error(body: bytes) -> tuple[str | None, str]:
    """Code and message; partner errors repeat themselves at two levels, either will do."""
    try:
        content = _parsed(body)
    except (ValueError, RecursionError):
        return None, ""
    inner = content.get("error") if isinstance(content, dict) else None
    for place in (inner, content):
        if isinstance(place, dict) and isinstance(place.get("code"), str):
            message = place.get("message")
            return place["code"], message if isinstance(message, str) else ""
    return None, ""


def _passing(status: int, headers: Mapping[str, str], now: datetime, text: str = "") -> Failure | None:
    """Throttling and faults that pass by themselves; None for anything else."""
    if status == 429:
        wait = retry_after(headers.get("Retry-After"), now)
        message = "Azure asks to slow down" + (f" for {wait:.0f} s." if wait else ".")
        return Failure(Code.THROTTLED, message, status=status, transient=True, retry_after=wait, throttled=True)
    if status == 408 or status >= 500:
        wait = retry_after(headers.get("Retry-After"), now)
        trace = headers.get("x-ms-correlation-request-id") or headers.get("x-ms-request-id")
        message = text or f"Azure answered with HTTP {status}."
        if trace and TRACE.fullmatch(trace):
            message += f" (correlation ID {trace})"
        return Failure(Code.UNAVAILABLE, message, status=status, transient=True, retry_after=wait)
    return None
