"""The real command in a process of its own, against a simulated Azure over HTTPS."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pal_agent.cli import group
from pal_agent.cli.ending import ended
from pal_agent.sim.faults import Rule
from pal_agent.sim.server import serve
from pal_agent.sim.state import Azure, Logged
from tests.story.orderly import SECRET, Orderly

PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Theatre:
    """`folder` holds the configuration, and is where commands run."""

    folder: Path
    azure: Azure
    cloud: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """As bare as a service's, but for the interpreter's own needs."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START") if name in os.environ
        }
        return {**kept, "CUSTOMER_SECRET": SECRET, "PYTHONDONTWRITEBYTECODE": "1"}

    def configure(self, config: Mapping[str, Any]) -> None:
        text = json.dumps({**config, "cloud": self.cloud})
        (self.folder / "pal-agent.yaml").write_text(text, encoding="utf-8")

    def start(
        self, *words: str, environment: Mapping[str, str | None] | None = None, **options: Any
    ) -> "subprocess.Popen[str]":
        """`environment` is laid over the usual one; None takes a variable away."""
        changed = {**self.environment, **(environment or {})}
        return subprocess.Popen(
            [sys.executable, "-m", "pal_agent", *words],
            cwd=self.folder,
            env={name: value for name, value in changed.items() if value is not None},
            text=True,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    def run(self, *words: str, environment: Mapping[str, str | None] | None = None) -> "Ended":
        with self.start(*words, environment=environment) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return Ended(code=process.returncode, out=out, err=err)

    def call(self, *words: str) -> int:
        """The command in this process, which has the folder and the secret: much quicker than one of its own."""
        return ended(lambda: group.main(list(words), prog_name="pal-agent", standalone_mode=False))

    def report(self, name: str = "report.json") -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return content

    def writes(self) -> list[Logged]:
        return [entry for entry in self.azure.log if "/partners" in entry.path and entry.method != "GET"]

    def wait_for(self, path: str, *, method: str = "GET", count: int = 1) -> None:
        """Until Azure has been asked so often."""
        limit = time.monotonic() + PATIENCE
        while self.azure.calls(method, path) < count:
            assert time.monotonic() < limit, f"no {method} {path} came"
            time.sleep(0.01)


@dataclass(frozen=True, kw_only=True)
class Ended:
    code: int
    out: str
    err: str


@contextmanager
def theatre(folder: Path, orderly: Orderly, *, faults: tuple[Rule, ...] = ()) -> Iterator[Theatre]:
    azure = Azure(orderly.estate, faults=faults)
    with serve(azure) as server:
        cloud = {
            "authority": server.url,
            "resource_manager": server.url,
            "audience": server.url,
            "ca_bundle": str(server.ca_path),
        }
        stage = Theatre(folder=folder, azure=azure, cloud=cloud)
        stage.configure(orderly.config)
        yield stage
