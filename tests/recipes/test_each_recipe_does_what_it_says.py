"""Every command line in config/recipes, run from the recipe's own text against the simulated Azure."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pal_agent import config
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.estates import demo_estate_path
from pal_agent.sim.server import Server, serve
from pal_agent.sim.state import Azure
from tests.recipes.extracting import commands
from tests.recipes.places import RECIPES, Machine, recipe

FILES = sorted(str(path.relative_to(RECIPES)) for path in RECIPES.rglob("*") if path.is_file())
SHARDS = ["0", "1", "2", "3"]


@pytest.fixture(scope="module")
def azure() -> Iterator[Server]:
    with serve(Azure(load_estate(demo_estate_path()))) as server:
        yield server


@pytest.fixture
def machine(tmp_path: Path, azure: Server) -> Machine:
    return Machine.furnished(tmp_path, azure)


@pytest.mark.parametrize("name", FILES)
def test_the_first_two_lines_say_how(name: str) -> None:
    """As comments of the file's own language."""
    first, second, *_ = (RECIPES / name).read_text(encoding="utf-8").splitlines()
    mark = "// " if name.endswith(".bicep") else "# "
    assert first.startswith(f"{mark}How: ")
    assert second.startswith(mark)


@pytest.mark.parametrize(
    ("name", "words"), [pytest.param(*one, id=one[0]) for one in commands() if one[1][0] == "check"]
)
def test_scheduled_commands_find_the_missing_link(
    machine: Machine, capsys: pytest.CaptureFixture[str], name: str, words: list[str]
) -> None:
    """cron, systemd, Kubernetes, Container Apps, docker: all come to the one finding, and write what they name."""
    code = machine.run(words)
    shown = capsys.readouterr()
    assert code == (0 if "never" in words else 1), shown
    assert name.startswith("kubernetes/indexed") or "link-missing" in shown.out
    for file in re.findall(r"(?:html=|json=|--metrics )(\S+)", " ".join(words)):
        assert Path(machine.here(file)).stat().st_size > 0


def test_shards_together_are_the_whole(machine: Machine) -> None:
    """The indexed job's pods, then the command of its how: every tenant once, in one page."""
    ((_, words),) = [one for one in commands() if one[0] == "kubernetes/indexed-job.yaml"]
    ((_, merge),) = [one for one in commands() if one[0] == "kubernetes/indexed-job.yaml (how)"]
    for index in SHARDS:
        share = [word.replace("0/4", f"{index}/4").replace("shard-0", f"shard-{index}") for word in words]
        assert machine.run(share) == 0
    reports = [json.loads((machine.root / f"reports/shard-{index}.json").read_text()) for index in SHARDS]
    tenants = [target["tenant_id"] for report in reports for target in report["targets"]]
    assert len(tenants) == len(set(tenants)) == 2
    assert machine.run(merge) == 0
    assert (machine.root / "reports/report.html").stat().st_size > 0


def test_the_cron_jobs_configuration_loads(tmp_path: Path) -> None:
    """As it stands in the recipe."""
    documents = YAML(typ="safe", pure=True).load_all(RECIPES / "kubernetes/cronjob.yaml")
    (text,) = [one["data"]["pal-agent.yaml"] for one in documents if one["kind"] == "ConfigMap"]
    path = tmp_path / "pal-agent.yaml"
    path.write_text(text, encoding="utf-8")
    (credential,) = config.load(path).credentials
    assert credential.name == "fabrikam"


# --- the build platforms, whose scripts bash runs ---------------------------------------------------------------------


class GitHub:
    """Runs the steps of a job, composite actions of the repository included, and knows the expressions used here."""

    def __init__(self, machine: Machine, **github: Any) -> None:
        self.machine, self.summary, self.output = machine, machine.root / "summary.md", machine.root / "output"
        self.github = {"token": "simulated", **github}

    def job(self, name: str) -> list[int]:
        """The exit codes of its steps; those that only GitHub can run are left out."""
        codes, steps = [], {}
        for step in recipe("github/pal-agent.yml")["jobs"][name]["steps"]:
            context = {"github": self.github, "steps": steps}
            if step.get("uses") == "./.github/actions/pal-agent":
                codes.append(self.action(step.get("with", {})))
                steps[step["id"]] = {"outputs": self._outputs()}
            elif "run" in step:
                codes.append(self._run(step, context))
        return codes

    def action(self, inputs: dict[str, str]) -> int:
        action = recipe("github/action.yml")
        defaults = {name: one["default"] for name, one in action["inputs"].items()}
        return max(self._run(step, {"inputs": defaults | inputs}) for step in action["runs"]["steps"])

    def _run(self, step: dict[str, Any], context: dict[str, Any]) -> int:
        environment = {name: _value(str(text), context) for name, text in step.get("env", {}).items()}
        files = {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.output)}
        assert "${{" not in step["run"], "an expression in a script is an injection"
        return self.machine.script(step["run"], **files, **environment).returncode

    def _outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.output.read_text().splitlines())


def _value(text: str, context: Any) -> str:
    found = re.fullmatch(r"\$\{\{ ([\w.-]+) \}\}", text)
    for part in found[1].split(".") if found else ():
        context = context[part]
    return str(context) if found else text


def test_github_audits(machine: Machine) -> None:
    """Summary, SARIF and page are there; the finding fails the last step and no other."""
    github = GitHub(machine)
    assert github.job("audit") == [0, 1]
    assert "link-missing" in github.summary.read_text()
    assert json.loads((machine.root / "pal-agent.sarif").read_text())["version"] == "2.1.0"
    assert (machine.root / "pal-agent.html").exists()
    assert machine.stubs() == ["pipx install pal-agent[reports]"]


def test_github_comments_the_plan(machine: Machine) -> None:
    """Pending changes are no failure of the pull request."""
    github = GitHub(machine, event={"pull_request": {"number": 7}})
    assert github.job("plan") == [0, 0]
    assert "create   delivery@00000002-7e4a-4000-8000-000000000001" in (machine.root / "comment.md").read_text()
    assert machine.stubs()[1] == "gh pr comment 7 --edit-last --create-if-none --body-file comment.md"


def test_github_runs_no_other_command(machine: Machine) -> None:
    """`apply` belongs to a person, and a configuration that is wrong fails the step."""
    assert GitHub(machine).action({"command": "apply"}) == 2
    assert GitHub(machine).action({"config": "config/none.yaml"}) == 2


def test_azure_devops_checks_and_publishes(machine: Machine) -> None:
    """JUnit for the Tests tab, summary and page as the agent's own logging commands."""
    steps = recipe("azure-devops/azure-pipelines.yml")["steps"]
    (check,) = [step for step in steps if step.get("task") == "AzureCLI@2"]
    (publish,) = [step for step in steps if step.get("task") == "PublishTestResults@2"]
    done = machine.script(check["inputs"]["inlineScript"], options="", **check["env"])
    assert done.returncode == 1, done.stderr
    assert f"##vso[task.uploadsummary]{machine.root}/pal-agent.md" in done.stdout
    assert f"##vso[artifact.upload artifactname=pal-agent]{machine.root}/pal-agent.html" in done.stdout
    assert "<testsuite" in (machine.root / publish["inputs"]["testResultsFiles"]).read_text()
    assert check["env"] == {"SYSTEM_ACCESSTOKEN": "$(System.AccessToken)"}


@pytest.mark.parametrize(
    ("job", "shown"), [("pal-agent plan", "create   delivery@"), ("pal-agent check", "link-missing")]
)
def test_gitlab_plans_and_checks(machine: Machine, job: str, shown: str) -> None:
    """With a token that nobody else may read, and the artifacts that the job names."""
    pipeline = recipe("gitlab/.gitlab-ci.yml")
    lines = [*pipeline[pipeline[job]["extends"]]["before_script"], *pipeline[job]["script"]]
    done = machine.script("\n".join(lines), AZURE_ID_TOKEN="simulated.id.token")
    assert done.returncode == 1, done.stderr
    assert shown in done.stdout
    token = machine.root / "tmp/azure-id-token"
    assert (token.read_text(), token.stat().st_mode & 0o777) == ("simulated.id.token", 0o600)
    for file in pipeline[job].get("artifacts", {}).get("paths", ()):
        assert (machine.root / file).exists()
