"""`federated` on GitHub and Azure DevOps: the real request over HTTPS, and what comes back is taken to Entra.

Sources: GitHub, "OpenID Connect reference"; Azure DevOps REST API 7.1, "Oidctoken - Create".
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pal_agent.cli import check
from pal_agent.cli.words import Words
from pal_agent.sim.estate_file import parse_estate
from pal_agent.sim.server import Server, serve
from pal_agent.sim.state import Azure
from tests.credentials.platform import Platform, platform, token

TENANT, APP = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
ESTATE = f"""
partners: {{"5127255": Contoso Cloud}}
apps: [{{client_id: {APP}}}]
tenants:
  - id: {TENANT}
    name: Fabrikam
    principals:
      - object_id: 33333333-3333-3333-3333-333333333333
        app: {APP}
        link: {{partner_id: "5127255", version: 1}}
"""
BEARER = "b3arer-c4nary"
Target = dict[str, Any]


def github(url: str) -> dict[str, str]:
    """As the runner sets them for a job with `id-token: write`."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/pipelines/idtoken?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER,
    }


def azure_devops(url: str) -> dict[str, str]:
    """As the agent and AzureCLI@2 set them; the token is mapped by the step."""
    return {
        "SYSTEM_OIDCREQUESTURI": f"{url}/contoso/p/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken",
        "SYSTEM_ACCESSTOKEN": BEARER,
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "44444444-4444-4444-4444-444444444444",
    }


PLATFORMS: dict[str, tuple[Callable[[str], dict[str, str]], str, str]] = {
    "github": (github, "GitHub", "value"),
    "azure-devops": (azure_devops, "Azure DevOps", "oidcToken"),
}
VARIABLES = [(kind, name) for kind, (variables, *_) in PLATFORMS.items() for name in variables("")]
each_platform = pytest.mark.parametrize("kind", PLATFORMS)


@pytest.fixture(scope="module")
def entra() -> Iterator[Server]:
    with serve(Azure(parse_estate(ESTATE))) as server:
        yield server


@pytest.fixture
def checked(
    tmp_path: Path, entra: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Target]:
    """Runs a check with these variables set; gives the one target of the report. No secret is in anything written."""
    for _, name in VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def run(kind: str, variables: dict[str, str], trusted: Path | None = None) -> Target:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        authorities = tmp_path / "authorities.pem"
        files = [entra.ca_path, trusted] if trusted else [entra.ca_path]
        authorities.write_text("\n".join(file.read_text() for file in files))
        cloud = dict.fromkeys(("authority", "resource_manager", "audience"), entra.url)
        credential = {"name": "fabrikam", "tenant": TENANT, "client_id": APP}
        config = {
            "version": 1,
            "partner": {"id": "5127255"},
            "cloud": {**cloud, "ca_bundle": str(authorities)},
            "credentials": [{**credential, "auth": {"kind": "federated", "token": kind}}],
            "gather": {"timeout": 1},
        }
        path, report = tmp_path / "pal-agent.yaml", tmp_path / "report.json"
        path.write_text(json.dumps(config))
        check.carry_out(Words(config=path), (f"json={report}",), history=False)
        shown = capsys.readouterr()
        assert "c4nary" not in shown.out + shown.err + report.read_text()
        (target,) = json.loads(report.read_text())["targets"]
        return dict(target)

    return run


@each_platform
def test_the_platforms_token_signs_in(tmp_path: Path, entra: Server, checked: Callable[..., Target], kind: str) -> None:
    """Entra gets it as the client assertion, and the target is verified."""
    variables, _, field = PLATFORMS[kind]
    assertion = token("https://issuer.example.com")
    with platform(tmp_path / kind, body=json.dumps({field: assertion, "count": 1}).encode()) as stand_in:
        target = checked(kind, variables(stand_in.url), stand_in.ca)
    assert (target["status"], target["link"]["state"], target["reason"]) == ("verified", "linked", None)
    assert len(stand_in.asked) == 1


def test_github_is_asked_as_it_documents(tmp_path: Path, checked: Callable[..., Target]) -> None:
    """A GET of the given URL, its own query kept, with the audience that Entra expects."""
    body = json.dumps({"value": token("https://token.actions.githubusercontent.com")}).encode()
    with platform(tmp_path / "p", body=body) as stand_in:
        checked("github", github(stand_in.url), stand_in.ca)
    (asked,) = stand_in.asked
    url = urlsplit(asked.target)
    assert (asked.method, url.path) == ("GET", "/pipelines/idtoken")
    assert parse_qs(url.query) == {"api-version": ["2.0"], "audience": ["api://AzureADTokenExchange"]}
    assert asked.headers["Authorization"] == f"Bearer {BEARER}"


def test_azure_devops_is_asked_as_it_documents(tmp_path: Path, checked: Callable[..., Target]) -> None:
    """A POST without content, for the service connection."""
    body = json.dumps({"oidcToken": token("https://vstoken.dev.azure.com/1")}).encode()
    with platform(tmp_path / "p", body=body) as stand_in:
        checked("azure-devops", azure_devops(stand_in.url), stand_in.ca)
    (asked,) = stand_in.asked
    url = urlsplit(asked.target)
    assert (asked.method, url.path) == ("POST", "/contoso/p/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken")
    connection = "44444444-4444-4444-4444-444444444444"
    assert parse_qs(url.query) == {"api-version": ["7.1"], "serviceConnectionId": [connection]}
    assert asked.headers["Authorization"] == f"Bearer {BEARER}"
    assert asked.headers["Content-Type"] == "application/json"
    assert (asked.headers["Content-Length"], asked.body) == ("0", b"")


@pytest.mark.parametrize(("kind", "name"), VARIABLES)
def test_a_missing_variable_is_named(checked: Callable[..., Target], kind: str, name: str) -> None:
    """With what sets it; nobody is asked."""
    variables = PLATFORMS[kind][0]("https://127.0.0.1:1")
    del variables[name]
    target = checked(kind, variables)
    assert target["status"] == "unverified"
    assert target["reason"]["code"] == "credential-invalid"
    assert f"the variable {name} is not set" in target["reason"]["message"]


@each_platform
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "file:///etc/passwd"])
def test_the_job_token_never_goes_out_in_the_clear(checked: Callable[..., Target], kind: str, url: str) -> None:
    reason = checked(kind, PLATFORMS[kind][0](url))["reason"]
    assert (reason["code"], reason["status"]) == ("credential-invalid", None)
    assert "is not an https address" in reason["message"]


@each_platform
@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_says_whose_it_is_and_what_to_do(
    tmp_path: Path, checked: Callable[..., Target], kind: str, status: int
) -> None:
    """Asked once: a refusal does not get better."""
    body = json.dumps({"message": BEARER}).encode()
    with platform(tmp_path / kind, status=status, body=body) as stand_in:
        reason = checked(kind, PLATFORMS[kind][0](stand_in.url), stand_in.ca)["reason"]
    assert (reason["code"], reason["status"]) == ("credential-invalid", status)
    assert reason["message"].startswith(f"{PLATFORMS[kind][1]} refused to hand out a token (HTTP {status}). ")
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    ("kind", "answer", "code"),
    [
        ("github", {"status": 500, "body": b"{}"}, "unavailable"),
        ("github", {"body": b"<html>"}, "bad-response"),
        ("github", {"body": b"{}"}, "bad-response"),
        ("github", {"body": b'{"value": 1}'}, "bad-response"),
        ("azure-devops", {"status": 302, "Location": "https://example.com/"}, "bad-response"),
        ("azure-devops", {"body": b"[]"}, "bad-response"),
        ("azure-devops", {"body": b'{"oidcToken": ""}'}, "bad-response"),
        ("azure-devops", {"body": b"", "Content-Length": "100"}, "bad-response"),
    ],
    ids=["500", "html", "empty", "number", "redirect", "list", "no token", "cut"],
)
def test_what_is_no_answer_is_said_of_the_platform(
    tmp_path: Path, checked: Callable[..., Target], kind: str, answer: dict[str, Any], code: str
) -> None:
    """Never taken for a token, never for Entra's fault."""
    with platform(tmp_path / "p", **answer) as stand_in:
        reason = checked(kind, PLATFORMS[kind][0](stand_in.url), stand_in.ca)["reason"]
    assert reason["code"] == code
    assert reason["message"].startswith(PLATFORMS[kind][1])


@each_platform
def test_a_platform_that_nobody_vouches_for_gets_nothing(
    tmp_path: Path, checked: Callable[..., Target], kind: str
) -> None:
    """Its certificate is not trusted, so the job's token stays here."""
    stand_in: Platform
    with platform(tmp_path / kind) as stand_in:
        reason = checked(kind, PLATFORMS[kind][0](stand_in.url))["reason"]
    assert reason["code"] == "unreachable"
    assert stand_in.asked == []
