"""The demo's Azure, asked in process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import Estate
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.estates import demo_estate_path
from pal_agent.sim.state import Azure

LOGIN = "https://login.microsoftonline.com"
ARM = "https://management.azure.com"
Ask = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def demo() -> Estate:
    return load_estate(demo_estate_path())


@pytest.fixture
def azure(demo: Estate) -> Azure:
    return Azure(demo)


@pytest.fixture
def web(azure: Azure) -> Iterator[requests.Session]:
    """A session whose every request goes to `azure`; a delay takes no time."""
    yield from _session(azure)


@pytest.fixture
def sign_in() -> Callable[..., requests.Response]:
    """Asks for a token with a client secret."""

    def post(web: requests.Session, tenant: str, client_id: str, secret: str, **more: Any) -> requests.Response:
        form = {"grant_type": "client_credentials", "scope": f"{ARM}/.default", "client_id": client_id}
        return web.post(f"{LOGIN}/{tenant}/oauth2/v2.0/token", data={**form, "client_secret": secret, **more})

    return post


@pytest.fixture
def as_company(web: requests.Session, sign_in: Callable[..., requests.Response]) -> Callable[[int], Ask]:
    """Signs in as the demo's delivery app at the n-th company; what comes back asks Resource Manager."""

    def signed_in(number: int, app: int = 0, secret: str = "simulated-delivery-secret", person: int = 1) -> Ask:
        tenant = f"000000{number:02}-7e4a-4000-8000-000000000001"
        client = f"000000{app:02}-a990-4000-8000-00000000000{person}"
        token = sign_in(web, tenant, client, secret).json()["access_token"]

        def ask(path: str, method: str = "GET", **query: str) -> requests.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return web.request(method, ARM + path, params=query, headers=headers, allow_redirects=False)

        return ask

    return signed_in


def _session(azure: Azure) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", SimulatedAzure(azure, sleep=lambda _: None))
        yield session
