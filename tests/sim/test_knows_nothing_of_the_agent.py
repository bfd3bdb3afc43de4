"""The simulator and the agent can agree only through HTTP."""

import ast
from pathlib import Path

import pytest

import pal_agent.sim

FOLDER = Path(pal_agent.sim.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_a_file_of_the_simulator_imports_nothing_of_ours_but_the_simulator(file: Path) -> None:
    """So a wrong idea of Azure can't stand on both sides at once."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = {name for name in names if name.split(".")[0] == "pal_agent"}
    assert {name for name in ours if not name.startswith("pal_agent.sim")} == set()
    assert all(node.level == 0 for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
