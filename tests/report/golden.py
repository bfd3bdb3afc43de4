"""Expected files. `PAL_AGENT_GOLDEN=write` rewrites them; the diff is then what a reviewer reads."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden"


def assert_golden(name: str, text: str) -> None:
    path = FOLDER / name
    if os.environ.get("PAL_AGENT_GOLDEN") == "write":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode(), f"{path.name} differs; see tests/report/golden.py"
