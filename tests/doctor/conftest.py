"""The command on the estate beside this file, in process."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pal_agent.cli import doctor
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.faults import Rule
from pal_agent.sim.state import Azure

ESTATE = load_estate(Path(__file__).parent / "estate.yaml")
APP = "aaaaaaaa-0000-4000-8000-000000000001"


def tenant(number: int) -> str:
    """The tenant whose ID begins with this number."""
    return f"{number}0000000-0000-4000-8000-000000000000"


@dataclass
class Surgery:
    """A configuration to write, a simulated Azure, and what doctor says of them."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    azure: Azure = field(default_factory=lambda: Azure(ESTATE))
    also: str = ""

    def misbehaving(self, *rules: Rule) -> None:
        self.azure.faults.add(*rules)

    def words(self, *tenants: str, auth: str, client_id: str, quiet: bool) -> Words:
        path = self.folder / "pal-agent.yaml"
        path.write_text(
            'version: 1\npartner: {id: "5127255"}\ncredentials:\n'
            f"  - name: one\n    tenants: [{', '.join(tenants)}]\n"
            f"    client_id: {client_id}\n    auth: {auth}\n{self.also}"
        )
        return Words(config=path, quiet=quiet)

    def says(
        self,
        *tenants: str,
        auth: str = "{kind: client-secret, secret: 'env:DOCTOR_SECRET'}",
        client_id: str = APP,
        output: str = "table",
        everything: bool = False,
        quiet: bool = False,
    ) -> tuple[int, str]:
        words = self.words(*tenants, auth=auth, client_id=client_id, quiet=quiet)
        adapter = SimulatedAzure(self.azure, sleep=lambda _: None)
        self.capture.readouterr()
        code = doctor.carry_out(words, everything=everything, output=output, adapter=adapter)
        return code, self.capture.readouterr().out

    def finds(self, *tenants: str, **options: Any) -> "Findings":
        code, text = self.says(*tenants, output="json", **options)
        return Findings(code, json.loads(text))


@dataclass
class Findings:
    """What doctor says as JSON."""

    code: int
    report: dict[str, Any]

    def machine(self, name: str) -> list[dict[str, Any]]:
        return [check for check in self.report["machine"] if check["name"] == name]

    def all(self, name: str, target: int = 0) -> list[dict[str, Any]]:
        return [check for check in self.report["targets"][target]["checks"] if check["name"] == name]

    def one(self, name: str, target: int = 0) -> dict[str, Any]:
        (check,) = self.all(name, target)
        return check

    def failed(self, target: int = 0) -> list[str]:
        return [check["name"] for check in self.report["targets"][target]["checks"] if check["outcome"] == "failed"]


@pytest.fixture
def surgery(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Surgery:
    monkeypatch.setenv("DOCTOR_SECRET", "simulated-secret")
    monkeypatch.setenv("COLUMNS", "80")
    return Surgery(folder=tmp_path, capture=capsys)
