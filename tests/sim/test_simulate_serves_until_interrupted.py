"""The command: what it prints is enough to work with."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from ruamel.yaml import YAML

from pal_agent.cli.simulate import command


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_prints_the_cloud_to_paste_and_serves_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Authority, Resource Manager, audience and CA; and it ends when told to."""
    arguments = [sys.executable, "-m", "pal_agent", "simulate", "--ca-dir", str(tmp_path / "ca")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        cloud = YAML(typ="safe", pure=True).load("".join(lines))["cloud"]
        url = f"{cloud['authority']}/fabrikam.example/v2.0/.well-known/openid-configuration"
        found = requests.get(url, verify=cloud["ca_bundle"], timeout=10).json()
        process.send_signal(number)
        assert process.wait(timeout=20) == code
    assert set(cloud) == {"authority", "resource_manager", "audience", "ca_bundle"}
    assert found["token_endpoint"].startswith(f"{cloud['authority']}/00000001-")
    assert lines[-1].startswith("# For az:")


def test_a_bad_estate_is_a_usage_error(tmp_path: Path) -> None:
    """With file and line."""
    path = tmp_path / "estate.yaml"
    path.write_text("tenants: 1\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["--estate", str(path)])
    assert result.exit_code == 2
    assert f"{path}:1: tenants must be a list" in result.output


def test_an_unknown_fault_is_a_usage_error_that_names_the_known() -> None:
    """Nothing is served."""
    result = CliRunner().invoke(command, ["--fault", "F99"])
    assert result.exit_code == 2
    assert "there is no fault 'F99'" in result.output
    assert "F01" in result.output
