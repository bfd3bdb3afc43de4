"""A small right configuration, to which each test does something."""

from collections.abc import Callable
from pathlib import Path

import pytest

TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT = "22222222-2222-2222-2222-222222222222"

RIGHT = f"""\
version: 1
partner:
  id: "5127255"
credentials:
  - name: fabrikam
    tenant: {TENANT}
    client_id: {CLIENT}
    auth: {{kind: client-secret, secret: "env:FABRIKAM_SECRET"}}
"""


@pytest.fixture
def right() -> str:
    return RIGHT


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes the text to a configuration file and returns its path."""

    def write(content: str | bytes) -> Path:
        file = tmp_path / "pal-agent.yaml"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write
