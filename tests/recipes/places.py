"""Where the recipes' paths lie in a test: a folder in place of a machine, and a simulated Azure over HTTPS."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pal_agent.cli import group
from pal_agent.cli.ending import ended
from pal_agent.sim.estates import demo_config_path
from pal_agent.sim.server import Server

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "config" / "recipes"
MACHINE = ("/etc/pal-agent/", "/var/lib/pal-agent/", "/config/", "/state/", "/reports/", "/tmp/azure-id-token")
STUBS = ("pipx", "pip", "gh")
TENANTS = 2  # of the demo's: one in which all is well, one whose link is missing


def recipe(name: str) -> Any:
    """A YAML file with one document."""
    return YAML(typ="safe", pure=True).load(RECIPES / name)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A folder that stands for the file system, and in which `config/pal-agent.yaml` lies as in a repository."""

    root: Path

    @classmethod
    def furnished(cls, root: Path, azure: Server) -> "Machine":
        machine = cls(root=root)
        for name in ("etc/pal-agent", "var/lib/pal-agent", "config", "state", "reports", "bin", "tmp"):
            (root / name).mkdir(parents=True)
        config = _config(azure, root)
        for place in ("etc/pal-agent", "config"):
            (root / place / "pal-agent.yaml").write_text(config, encoding="utf-8")
        machine._program("pal-agent", f'exec "{sys.executable}" -m pal_agent "$@"')
        for stub in STUBS:
            machine._program(stub, f'echo "{stub} $*" >> "{root}/stubs.log"')
        return machine

    def _program(self, name: str, line: str) -> None:
        path = self.root / "bin" / name
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)

    def here(self, text: str) -> str:
        """Paths of a real machine as paths in the folder."""
        for place in MACHINE:
            text = text.replace(place, f"{self.root}{place}")
        return text

    def run(self, arguments: Sequence[str]) -> int:
        """A pal-agent command line, in this process, without its splay; its exit code."""
        words = [self.here(word) for word in arguments]
        if "--splay" in words:
            words[words.index("--splay") + 1] = "0"
        return ended(lambda: group.main(words, prog_name="pal-agent", standalone_mode=False))

    def script(self, text: str, *, options: str = "-eo", **environment: str) -> subprocess.CompletedProcess[str]:
        """Lines for bash, run as a platform would, with stubs for what would install or publish."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", *([options, "pipefail"] if options else []), "-c", self.here(text)],
            cwd=self.root,
            env={"PATH": f"{self.root}/bin:{os.environ['PATH']}", "HOME": str(self.root), **environment},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def stubs(self) -> list[str]:
        log = self.root / "stubs.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def _config(azure: Server, root: Path) -> str:
    demo = YAML(typ="safe", pure=True).load(demo_config_path())
    delivery: Mapping[str, Any] = demo["credentials"][0]
    secret = root / "secret"
    secret.touch(mode=0o600)
    secret.write_text("simulated-delivery-secret", encoding="utf-8")
    auth = {"kind": "client-secret", "secret": f"file:{secret}"}
    cloud = dict.fromkeys(("authority", "resource_manager", "audience"), azure.url) | {"ca_bundle": str(azure.ca_path)}
    credential = {**delivery, "tenants": delivery["tenants"][:TENANTS], "auth": auth}
    history = {"path": str(root / "state" / "history.db")}
    return json.dumps({**demo, "cloud": cloud, "credentials": [credential], "history": history})
