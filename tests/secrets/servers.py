"""Servers that repeat what they were sent, wherever an answer has room for it; and a watch over every token."""

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import jwt
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from tests.secrets.canaries import spellings

Answer = Callable[[requests.PreparedRequest, list[str]], tuple[int, dict[str, str], bytes]]


class Watch(BaseAdapter):
    """Passes everything on, and keeps each token that was sent or answered."""

    def __init__(self, behind: BaseAdapter) -> None:
        super().__init__()
        self._behind = behind
        self.tokens: set[str] = set()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.tokens.update(text for text in sent(request) if text.count(".") == 2 and text.startswith("eyJ"))
        return self._behind.send(request, *args, **kwargs)

    def close(self) -> None:
        self._behind.close()


class Echo(BaseAdapter):
    """Every answer that is an error already, and every one where `always` says so, becomes one that repeats."""

    def __init__(
        self, behind: BaseAdapter, answer: Answer, *, always: Callable[[requests.PreparedRequest], bool] | None = None
    ) -> None:
        super().__init__()
        self._behind, self._answer, self._always = behind, answer, always

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = self._behind.send(request, *args, **kwargs)
        if response.status_code < 400 and not (self._always and self._always(request)):
            return response
        status, headers, body = self._answer(request, sent(request))
        raw = HTTPResponse(
            body=io.BytesIO(body),
            headers={"Content-Type": "application/json", **headers},
            status=status if self._always else response.status_code,
            preload_content=False,
            decode_content=False,
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        self._behind.close()


def sent(request: requests.PreparedRequest) -> list[str]:
    """What was secret in a request."""
    bearer = str(request.headers.get("Authorization", "")).partition(" ")[2]
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
    form = parse_qs(body)
    return [text for text in (bearer, *form.get("client_secret", ()), *form.get("client_assertion", ())) if text]


def tenant_asking(request: requests.PreparedRequest) -> str:
    """From the path of a sign-in, or from the token."""
    bearer = str(request.headers.get("Authorization", "")).partition(" ")[2]
    if not bearer:
        return str(request.url).split("/")[3]
    return str(jwt.decode(bearer, options={"verify_signature": False})["tid"])


def in_messages(before: int) -> Answer:
    """In the message, as the error of Resource Manager and of Entra has it, behind so many other characters."""

    def answer(request: requests.PreparedRequest, secrets: list[str]) -> tuple[int, dict[str, str], bytes]:
        told = " ".join(spelling for one in secrets for spelling in spellings(one))
        whole = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
        message = f"{'x' * before} {told} {whole}"
        error = {"code": "AuthorizationFailed", "message": message}
        if str(request.url).endswith("/token"):
            content = {"error": "invalid_client", "error_description": f"AADSTS7000215: {message}"}
            return 401, {}, json.dumps(content).encode()
        return 403, {}, json.dumps({"error": error}).encode()

    return answer


def in_codes(request: requests.PreparedRequest, secrets: list[str]) -> tuple[int, dict[str, str], bytes]:
    """In place of the error's code, and in the OAuth error."""
    told = secrets[0] if secrets else "nothing"
    content = {"error": {"code": told, "message": told}, "code": told, "message": told}
    if str(request.url).endswith("/token"):
        return 400, {}, json.dumps({"error": told, "error_description": ""}).encode()
    return 400, {}, json.dumps(content).encode()


def in_headers(request: requests.PreparedRequest, secrets: list[str]) -> tuple[int, dict[str, str], bytes]:
    """In each header that is read."""
    told = secrets[0] if secrets else "nothing"
    names = ("x-ms-correlation-request-id", "x-ms-request-id", "Retry-After", "WWW-Authenticate", "Location", "Date")
    return 503, dict.fromkeys(names, told), b"{}"


def as_page(request: requests.PreparedRequest, secrets: list[str]) -> tuple[int, dict[str, str], bytes]:
    """As HTML with status 200: a proxy's page of what went wrong."""
    return 200, {"Content-Type": "text/html"}, f"<html>{' '.join(secrets)}</html>".encode()


def as_fields(request: requests.PreparedRequest, secrets: list[str]) -> tuple[int, dict[str, str], bytes]:
    """As JSON of the wrong shape, with status 200."""
    told = secrets[0] if secrets else "nothing"
    return 200, {}, json.dumps({told: told, "value": told, "nextLink": f"https://evil.example/{told}"}).encode()


def as_redirect(request: requests.PreparedRequest, secrets: list[str]) -> tuple[int, dict[str, str], bytes]:
    """As a redirect that carries it on."""
    told = secrets[0] if secrets else "nothing"
    return 302, {"Location": f"https://evil.example/?{told}"}, told.encode()


EVERY_WAY: dict[str, Answer] = {
    "in messages": in_messages(0),
    "where messages are cut": in_messages(390),
    "in codes": in_codes,
    "in headers": in_headers,
    "as a page": as_page,
    "as fields": as_fields,
    "as a redirect": as_redirect,
}
