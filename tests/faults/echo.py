"""A server that repeats in its errors what it was sent."""

import io
import json
from typing import Any
from urllib.parse import parse_qs

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse


class Echo(BaseAdapter):
    """Refuses with the bearer token in its message, or, at `sign_in`, with the secret (`form`: the body as it came)."""

    def __init__(self, behind: BaseAdapter | None, *, before: str, sign_in: bool = False, form: bool = False) -> None:
        super().__init__()
        assert behind is not None
        self._behind, self._before = behind, before
        self._sign_in, self._form = sign_in, form

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if str(request.url).endswith("/token"):
            return self._refused(request) if self._sign_in else self._behind.send(request, *args, **kwargs)
        if "authorization" not in request.headers:
            return self._behind.send(request, *args, **kwargs)
        token = request.headers["Authorization"].partition(" ")[2]
        message = f"{self._before} {token} after"
        return _answer(request, 403, {"error": {"code": "AuthorizationFailed", "message": message}})

    def _refused(self, request: requests.PreparedRequest) -> requests.Response:
        body = _text(request)
        echoed = body if self._form else parse_qs(body)["client_secret"][0]
        description = f"AADSTS7000215: {self._before} {echoed} after"
        return _answer(request, 401, {"error": "invalid_client", "error_description": description})

    def close(self) -> None:
        self._behind.close()


class Watched(BaseAdapter):
    """Keeps the forms that were sent to sign in."""

    def __init__(self, behind: BaseAdapter | None) -> None:
        super().__init__()
        assert behind is not None
        self._behind = behind
        self.forms: list[dict[str, list[str]]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if str(request.url).endswith("/token"):
            self.forms.append(parse_qs(_text(request)))
        return self._behind.send(request, *args, **kwargs)

    def close(self) -> None:
        self._behind.close()


def _text(request: requests.PreparedRequest) -> str:
    return request.body.decode() if isinstance(request.body, bytes) else str(request.body)


def _answer(request: requests.PreparedRequest, status: int, content: Any) -> requests.Response:
    raw = HTTPResponse(body=io.BytesIO(json.dumps(content).encode()), status=status, preload_content=False)
    return HTTPAdapter().build_response(request, raw)
