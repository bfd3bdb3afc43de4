"""Origins: what counts as the same one, and that the guard sends nothing to any other."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.core.pipeline import Pipeline
from azure.core.rest import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.cloud.failure import Failure
from pal_agent.cloud.policies import OriginGuard, claims_in, fit_to_show, origin
from pal_agent.cloud.transport import Transport
from pal_agent.model import Code

HOME = "https://management.azure.com"
SAME = [
    *(
        HOME,
        f"{HOME}/",
        f"{HOME}:443/x",
        f"{HOME}:/x",
        "https://MANAGEMENT.Azure.COM/x",
        "HTTPS://management.azure.com",
    ),
    f"{HOME}/x?y=https://evil.example",
]
OTHER = [
    *("http://management.azure.com", "https://management.azure.com:444", "https://management.azure.com:80"),
    *("https://management.azure.com.evil.example", "https://evil.example/management.azure.com"),
    *("https://management.azure.com@evil.example", "https://evil.example@management.azure.com"),
    *("https://:pw@management.azure.com", "https://evil.example\\@management.azure.com", "//management.azure.com"),
    *("management.azure.com", "/x", "", "https://", "https:///x", "https://management.azure.com:x", "https://[::1"),
    *("https://169.254.169.254", "file:///etc/passwd", "https://management.azure.com\\.evil.example"),
    f"{HOME}/x\\y",
    *("https://management.azure.com:99999", "https://management.azure.com."),
]


class Nowhere(Transport):
    """Counts what would be sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, request: HttpRequest, **_: Any) -> Any:
        self.sent.append(request.url)


def sent_to(url: str) -> list[str]:
    transport = Nowhere()
    Pipeline(transport, [OriginGuard(HOME)]).run(HttpRequest("GET", url))
    return transport.sent


@pytest.mark.parametrize("url", SAME)
def test_the_same_origin_is_sent_to(url: str) -> None:
    """Case, the usual port and everything behind it don't matter."""
    assert origin(url) == ("https", "management.azure.com", 443)
    assert sent_to(url) == [url]


@pytest.mark.parametrize("url", OTHER)
def test_any_other_is_not(url: str) -> None:
    """Refused before anything is sent."""
    assert origin(url) != origin(HOME)
    with pytest.raises(Failure) as caught:
        sent_to(url)
    assert (caught.value.reason.code, caught.value.transient) == (Code.BAD_RESPONSE, False)
    message = "The answer leads to another host than the configured one; not followed."
    assert caught.value.reason.message == message


@given(rest=st.text(max_size=30))
def test_no_spelling_leads_elsewhere(rest: str) -> None:
    """Whatever follows our address: either it is refused, or those who resolve it see our host and port."""
    url = HOME + rest
    if origin(url) == origin(HOME):
        parts = urlsplit(url)
        assert (parts.hostname, parts.port or 443, parts.username) == ("management.azure.com", 443, None)


def test_each_scheme_has_its_port() -> None:
    """Where the URL names none; any other scheme is odd."""
    assert origin("http://Host/x") == ("http", "host", 80)
    assert origin("http://host:8080/x") == ("http", "host", 8080)
    assert origin("ftp://host/x") is None


def test_an_odd_allowance_allows_nothing() -> None:
    """An origin that can't be read is not "any"."""
    with pytest.raises(Failure):
        Pipeline(Nowhere(), [OriginGuard("nonsense")]).run(HttpRequest("GET", "nonsense"))


@pytest.mark.parametrize(
    ("challenge", "claims"),
    [
        ("", None),
        ('Bearer error="invalid_token"', None),
        ('Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="', '{"a":1}'),
        ('Bearer claims="eyJhIjoxfQ"', '{"a":1}'),
        ('Bearer claims="_____w"', None),
        ('Bearer claims="!"', None),
    ],
)
def test_claims_of_a_challenge(challenge: str, claims: str | None) -> None:
    """Base64 with or without padding; anything else is no claim."""
    assert claims_in(challenge) == claims


@given(
    before=st.integers(0, 500),
    secret=st.text(st.characters(codec="ascii", exclude_characters="*x \x00"), min_size=8, max_size=600),
)
def test_no_secret_of_a_request_is_left_in_a_message(before: int, secret: str) -> None:
    """Wherever it stands, however long the message: shortened after it was taken out, not before."""
    request = HttpRequest("POST", HOME, data={"client_secret": secret, "client_id": "app"})
    shown = fit_to_show(Failure(Code.BAD_RESPONSE, "x" * before + secret + "x" * 100), request).reason.message
    assert len(shown) <= 400
    assert not shown.strip("x*…")
