"""What is installed is pinned to the byte; what is built from the same source is the same, and holds nothing else."""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def pinned() -> dict[str, str]:
    """Each entry of the lock, by its name."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^#.*\n", "", LOCK).strip())
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[=]", entry)[0]).lower(): entry for entry in entries}


def test_everything_is_locked_with_hashes() -> None:
    """One exact version each, and pip is told to insist."""
    for name, entry in pinned().items():
        assert re.match(r"[A-Za-z0-9._-]+(\[[^]]+\])?==[^\s;*]+( ; [^\n]+)? \\\n", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_lock_holds_what_the_project_asks_for() -> None:
    """A dependency that was added without `make lock` is noticed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *(one for name in extras for one in extras[name])]
    wanted += project["dependency-groups"]["dev"]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", one)[0]).lower() for one in wanted}
    assert names - {"pal-agent"} <= set(pinned())


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel, built twice."""
    found = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("wheel")
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        found += folder.glob("*.whl")
    return found


def test_the_wheel_is_the_same_twice(wheels: list[Path]) -> None:
    """Whoever builds a release can tell that it is ours."""
    first, second = (hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels)
    assert first == second


def test_the_wheel_holds_the_package_and_nothing_else(wheels: list[Path]) -> None:
    """No test, no configuration of anybody's, no history."""
    with ZipFile(wheels[0]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {
        "pal_agent",
        next(n for n in names if "dist-info" in n).split("/")[0],
    }
    assert not [name for name in names if name.endswith((".db", ".pyc", ".lock", ".pem", ".pfx"))]
    assert "pal_agent/py.typed" in names
