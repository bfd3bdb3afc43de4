"""`-q`, end to end: silence means that all is well, for cron and for people."""

import json
from collections.abc import Callable

import pytest

from pal_agent.cli import check, plan
from pal_agent.cli.danger import Danger
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.estates import demo_config_path, demo_estate_path, demo_secrets
from pal_agent.sim.state import Azure

WELL, WARNED, WRONG = "*@00000001-*", "*@00000006-*", "*@00000002-*"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A check of some targets; its exit code, stdout and stderr."""
    for name, value in demo_secrets().items():
        monkeypatch.setenv(name, value)
    azure = SimulatedAzure(Azure(load_estate(demo_estate_path())))

    def checked(*targets: str, quiet: bool = True, formats: tuple[str, ...] = ()) -> tuple[int, str, str]:
        words = Words(config=demo_config_path(), targets=targets, quiet=quiet)
        code = check.carry_out(words, formats, history=False, adapter=azure)
        return (code, *capsys.readouterr())

    return checked


def test_nothing_when_all_is_well(run: Run) -> None:
    assert run(WELL) == (0, "", "")
    assert run(WELL, quiet=False)[1] != ""


def test_only_what_is_wrong_when_something_is(run: Run) -> None:
    """The verdict and the finding with its mend; no list of what is well."""
    code, out, err = run(WELL, WRONG)
    assert (code, err) == (1, "")
    assert "link-missing" in out
    assert "az managementpartner create" in out or "pal-agent apply" in out
    assert "Fabrikam" not in out
    assert "Fabrikam" in run(WELL, WRONG, quiet=False)[1]


def test_warnings_are_told_though_the_exit_code_is_0(run: Run) -> None:
    code, out, _ = run(WARNED)
    assert code == 0
    assert "subscription-partly-attributed" in out


def test_reports_for_machines_are_whole(run: Run) -> None:
    """`-q` is for people: a JSON report on stdout lacks nothing."""
    code, out, err = run(WELL, formats=("json",))
    assert (code, err) == (0, "")
    assert json.loads(out)["summary"]["links"]["linked"] == 1


@pytest.mark.parametrize(("target", "shown"), [(WELL, ""), (WRONG, "create   delivery@")])
def test_a_plan_without_changes_is_silent(
    run: Run, capsys: pytest.CaptureFixture[str], target: str, shown: str
) -> None:
    azure = SimulatedAzure(Azure(load_estate(demo_estate_path())))
    words = Words(config=demo_config_path(), targets=(target,), quiet=True)
    careful = Danger(replace=False, remove=False, max_change=None)
    code = plan.carry_out(words, careful, out=None, output="table", adapter=azure)
    out = capsys.readouterr().out
    assert (code, out == "") == (bool(shown), not shown)
    assert out.startswith(shown)
