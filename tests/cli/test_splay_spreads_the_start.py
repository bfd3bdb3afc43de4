"""`check --splay`: machines with one schedule don't all call at once, and waiting never holds a shutdown up."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pal_agent.cli import check
from pal_agent.cli.unattended import Unattended, any_moment
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.estates import demo_config_path, demo_estate_path, demo_secrets
from pal_agent.sim.state import Azure

NOWHERE = """
version: 1
partner: {id: "5127255"}
cloud: {authority: "https://127.0.0.1:1", resource_manager: "https://127.0.0.1:1"}
credentials:
  - name: fabrikam
    tenant: 11111111-1111-1111-1111-111111111111
    client_id: 22222222-2222-2222-2222-222222222222
    auth: {kind: client-secret, secret: "env:NOT_SET"}
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_wait_and_says_that_nothing_was_read(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """The report lists every target, the exit code is the signal's, and it doesn't take a day."""
    config, report = tmp_path / "pal-agent.yaml", tmp_path / "report.json"
    config.write_text(NOWHERE, encoding="utf-8")
    command = [sys.executable, "-m", "pal_agent", "check", "-c", str(config), "-o", f"json={report}"]
    with subprocess.Popen([*command, "--splay", "86400"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Starting in ")
        process.send_signal(number)
        assert process.wait(timeout=60) == code
    (target,) = json.loads(report.read_text())["targets"]
    assert target["reason"]["code"] == "interrupted"


def test_the_work_begins_after_the_wait(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The limit is handed to whoever picks the moment. Quiet and well: cron has nothing to mail."""
    for name, value in demo_secrets().items():
        monkeypatch.setenv(name, value)
    asked: list[float] = []

    def soon(limit: float) -> float:
        asked.append(limit)
        return 0.001

    azure = SimulatedAzure(Azure(load_estate(demo_estate_path())))
    words = Words(config=demo_config_path(), targets=("*@00000001-*",), quiet=True)
    unattended = Unattended(splay=600, delay=soon)
    assert check.carry_out(words, (), history=False, unattended=unattended, adapter=azure) == 0
    assert asked == [600]
    assert capsys.readouterr() == ("", "")


def test_a_configuration_that_is_wrong_is_said_before_the_wait(tmp_path: Path) -> None:
    """Not a day later."""
    config = tmp_path / "pal-agent.yaml"
    config.write_text("version: 2\n", encoding="utf-8")
    command = [sys.executable, "-m", "pal_agent", "check", "-c", str(config), "--splay", "86400"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2


def test_any_moment_is_within_the_limit() -> None:
    """And not always the same one."""
    moments = {any_moment(600) for _ in range(50)}
    assert len(moments) > 1
    assert all(0 <= moment <= 600 for moment in moments)
