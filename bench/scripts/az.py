"""The same reads by the Azure CLI, as a script around it: `python -m bench.scripts.az URL CA ESTATE TARGETS`.

It needs `az` on the PATH, and keeps its settings in a folder of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.azure.estate import SECRET, guid
from bench.scripts.sdk import AUTHORIZATION

ENDPOINTS = ("resource_manager", "management", "active_directory", "active_directory_resource_id")


def main(url: str, ca: str, _: str, targets: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        endpoints = [f"endpoint_{place} = {url}" for place in ENDPOINTS]
        Path(folder, "clouds.config").write_text("\n".join(["[bench]", *endpoints]), encoding="utf-8")
        Path(folder, "config").write_text("[cloud]\nname = bench\n", encoding="utf-8")
        az = _Cli(folder, ca)
        for target in range(int(targets)):
            _read(az, url, target)


class _Cli:
    """`az`, in a configuration of its own."""

    def __init__(self, folder: str, ca: str) -> None:
        self._environment = os.environ | {
            "AZURE_CONFIG_DIR": folder,
            "REQUESTS_CA_BUNDLE": ca,
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
        }

    def __call__(self, *words: str) -> Any:
        said = subprocess.run(
            ["az", *words, "--output", "json"], env=self._environment, check=True, capture_output=True, text=True
        ).stdout
        return json.loads(said) if said.strip() else None


def _read(az: _Cli, url: str, target: int) -> None:
    """Everything that a check asks of one target."""
    who = ("--username", guid("client", target), "--password", SECRET, "--tenant", guid("tenant", target))
    subscriptions = az("login", "--service-principal", *who)
    link = f"{url}/providers/Microsoft.ManagementPartner/partners?api-version=2018-02-01"
    az("rest", "--method", "get", "--url", link)
    for subscription in subscriptions:
        subscription_id = subscription["id"]
        az("group", "list", "--subscription", subscription_id)
        for name, version in AUTHORIZATION:
            path = f"{url}/subscriptions/{subscription_id}/providers/Microsoft.Authorization/{name}"
            query = f"api-version={version}&$filter=assignedTo('{guid('object', target)}')"
            az("rest", "--method", "get", "--url", f"{path}?{query}")


if __name__ == "__main__":
    main(*sys.argv[1:])
