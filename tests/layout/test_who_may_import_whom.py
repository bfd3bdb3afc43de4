"""The layout's laws: the simulator and the agent share nothing, the pure ring stays pure, writing has one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pal_agent

ROOT = Path(pal_agent.__file__).parent
PURE = ["attribution", "codec", "compare", "exceptions", "findings", "plan", "roles", "scopes"]
PURE_MAY = {"attribution", "codec", "errors", "exceptions", "findings", "model", "roles", "scopes", "settings"}
PURE_MAY |= {"compare", "report", "scope_tree", "sheet"}
READERS = ["gather", "credentials", "apply"]
READERS_MAY = {"apply", "cloud", "credentials", "errors", "gather", "journal", "model", "plan", "roles", "settings"}
HEAVY = ("requests", "azure", "sqlite3", "threading", "socket", "subprocess", "click", "rich")


def modules(package: str) -> Iterator[Path]:
    single = ROOT / f"{package}.py"
    yield from [single] if single.exists() else sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names, wherever the import stands; those for types alone are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def ours(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("pal_agent.") and "__" not in name}


def test_the_simulator_shares_nothing_with_the_agent() -> None:
    """They can agree only through HTTP, so each checks the other."""
    assert {name for path in modules("sim") for name in ours(path)} <= {"sim"}
    users = {path.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py") if "sim" in ours(path)}
    assert users <= {"sim", "cli"}


@pytest.mark.parametrize("package", PURE)
def test_the_pure_ring_is_pure(package: str) -> None:
    """No network, no threads, no storage, no terminal, and nothing of ours that has any."""
    assert list(modules(package))
    for path in modules(package):
        assert ours(path) <= PURE_MAY, path
        assert not {name for name in imports(path) if name.split(".")[0] in HEAVY}, path


@pytest.mark.parametrize("package", READERS)
def test_whoever_talks_to_azure_knows_only_the_door(package: str) -> None:
    """gather, credentials and apply never reach for history, reports or the engine."""
    for path in modules(package):
        assert ours(path) <= READERS_MAY, path


def test_the_nouns_import_nothing_of_ours() -> None:
    assert {name for path in modules("model") for name in ours(path)} <= {"model"}


def test_threads_live_in_the_engine() -> None:
    """Locks may stand where state is shared; threads start in one place (the simulator has its own server)."""
    starters = {
        path.relative_to(ROOT).parts[0]
        for path in ROOT.rglob("*.py")
        if "Thread(" in path.read_text(encoding="utf-8") or "ThreadPoolExecutor" in path.read_text(encoding="utf-8")
    }
    assert starters <= {"engine", "sim"}


def test_links_are_written_in_one_place() -> None:
    """`check` and its kin can't write: only `apply` calls what writes."""
    writers = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for name in ("create_link(", "replace_link(", "remove_link(")
        if name in path.read_text(encoding="utf-8")
    }
    assert writers == {"apply.py", "cloud/azure.py"}


def test_nothing_catches_everything() -> None:
    """`except Exception` hides bugs; where it stands, its line says why."""
    for path in ROOT.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip().startswith(("except Exception", "except:")):
                assert "noqa: BLE001 - " in line, path
