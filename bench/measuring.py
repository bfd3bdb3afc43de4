"""Runs a command in a process of its own and tells what it used; runs the stand-in for Azure beside it."""

import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.azure.estate import PARTNER_ID, SECRET, Estate, guid

AGENT = (sys.executable, "-m", "pal_agent")
SCRIPT = (sys.executable, "-m")
CONFIGURATION = "pal-agent.yaml"


class Broken(Exception):
    """A measured command did not do what it was measured for."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """What one process used, from its start to its end: seconds, and MiB at the peak."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, kw_only=True)
class Azure:
    """The running stand-in. `directory` holds the configuration of its estate and the CA to trust."""

    estate: Estate
    url: str
    directory: Path

    @property
    def ca(self) -> Path:
        return self.directory / "ca.pem"

    def calls(self) -> Mapping[str, int]:
        """How often each kind of call was answered since this was asked last."""
        context = ssl.create_default_context(cafile=self.ca)
        with urllib.request.urlopen(f"{self.url}/bench/calls", context=context) as answer:
            counted: dict[str, int] = json.load(answer)
        return counted


@contextmanager
def azure(estate: Estate, *, latency: float = 0.0) -> Iterator[Azure]:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        command = [*SCRIPT, "bench.azure.server", directory, estate.text(), str(latency)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                running = Azure(
                    estate=estate,
                    url=f"https://127.0.0.1:{server.stdout.readline().strip()}",
                    directory=Path(directory),
                )
                _configure(running)
                yield running
            finally:
                server.terminate()


def _configure(azure: Azure) -> None:
    """The agent's configuration, in YAML's JSON subset: one credential for each target."""
    credentials = [
        {
            "name": f"customer-{number:05}",
            "tenant": guid("tenant", number),
            "client_id": guid("client", number),
            "auth": {"kind": "client-secret", "secret": "env:BENCH_SECRET"},
        }
        for number in range(azure.estate.targets)
    ]
    place = {"authority": azure.url, "resource_manager": azure.url, "ca_bundle": "ca.pem"}
    settings = {"version": 1, "partner": {"id": PARTNER_ID}, "cloud": place, "credentials": credentials}
    (azure.directory / CONFIGURATION).write_text(json.dumps(settings), encoding="utf-8")


def used(command: tuple[str, ...], *, directory: Path | None = None, expected: tuple[int, ...] = (0,)) -> Used:
    """Raises `Broken` when it ends with another code than expected. What it prints is dropped."""
    environment = os.environ | {"BENCH_SECRET": SECRET, "NO_COLOR": "1"}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        raise Broken(f"{' '.join(command)} ended with {process.returncode}: {said[-2000:]}")
    return Used(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)


def check(azure: Azure, *options: str, jobs: int = 32) -> Used:
    """A whole `check` by the agent, report and history included; findings are no failure."""
    command = (*AGENT, "check", "-c", CONFIGURATION, "--jobs", str(jobs), "--fail-on", "never", *options)
    return used(command, directory=azure.directory)


def script(azure: Azure, name: str, *arguments: str) -> Used:
    return used((*SCRIPT, f"bench.scripts.{name}", azure.url, str(azure.ca), azure.estate.text(), *arguments))
