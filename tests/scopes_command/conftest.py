"""The command on the estate beside this file, in process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pal_agent.cli import check, scopes
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.state import Azure

CONFIGURATION = """\
version: 1
partner: {id: "5127255"}
credentials:
  - name: delivery
    tenants:
      - 11111111-0000-4000-8000-000000000001
      - 22222222-0000-4000-8000-000000000002
      - 44444444-0000-4000-8000-000000000004
    client_id: aaaaaaaa-0000-4000-8000-000000000001
    auth: {kind: client-secret, secret: "env:SCOPES_SECRET"}
"""
Listed = Callable[..., tuple[int, str]]


@pytest.fixture
def azure() -> Azure:
    return Azure(load_estate(Path(__file__).parent / "estate.yaml"))


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Words:
    monkeypatch.setenv("SCOPES_SECRET", "simulated-secret")
    monkeypatch.setenv("COLUMNS", "80")
    path = tmp_path / "pal-agent.yaml"
    path.write_text(CONFIGURATION)
    return Words(config=path)


@pytest.fixture
def listed(words: Words, azure: Azure, capsys: pytest.CaptureFixture[str]) -> Listed:
    """Exit code and stdout of the command."""

    def run(output: str, *, recorded: str | None = None) -> tuple[int, str]:
        capsys.readouterr()
        code = scopes.carry_out(words, output=output, recorded=recorded, adapter=SimulatedAzure(azure))
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def recorded(words: Words, azure: Azure) -> None:
    """One check, on record."""
    check.carry_out(words, ("table",), adapter=SimulatedAzure(azure))


@pytest.fixture
def trees(listed: Listed) -> dict[str, Any]:
    """Each target's top scopes by the first word of its tenant's ID."""
    report = json.loads(listed("json")[1])
    return {target["tenant_id"][:8]: target["scopes"] for target in report["targets"]}
