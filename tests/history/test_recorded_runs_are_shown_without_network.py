"""`report`, `history` and `diff`, as they are typed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pal_agent.cli import group
from pal_agent.errors import HistoryError
from pal_agent.history import History
from pal_agent.model import Link, LinkState

CONFIGURATION = """\
version: 1
partner: {id: "5127255"}
credentials:
  - name: deploy
    tenant: 11111111-1111-1111-1111-111111111111
    client_id: 22222222-2222-2222-2222-222222222222
    auth: {kind: client-secret, secret: "env:NOBODY_NEEDS_IT_HERE"}
history: {path: h.db}
"""


@pytest.fixture
def home(tmp_path, monkeypatch, a_run) -> Path:
    """Two runs in the history: the link was there, and then it was not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pal-agent.yaml").write_text(CONFIGURATION)
    with History(tmp_path / "h.db") as history:
        history.record(a_run("first"))
        history.record(a_run("second", link=Link(state=LinkState.MISSING)))
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(group, words, standalone_mode=False)


def output(*words: str) -> str:
    result = typed(*words)
    assert result.exception is None
    return result.stdout


@pytest.mark.parametrize(
    ("words", "run"),
    [([], "second"), (["-1"], "second"), (["-2"], "first"), (["1"], "first"), (["fir"], "first"), (["last"], "second")],
)
def test_a_run_is_rendered_again(home, words, run) -> None:
    """By any of its names, counted back with a plain `-2` too."""
    assert json.loads(output("report", "-o", "json", *words))["run"]["id"] == run


def test_a_report_file_needs_no_configuration(home) -> None:
    """It is all there is to know."""
    output("report", "first", "-o", "json=r.json")
    (home / "pal-agent.yaml").unlink()
    assert output("report", "r.json", "-o", "json") == (home / "r.json").read_text()
    assert "Nothing changed." in output("diff", "r.json", "r.json")


def test_several_files_are_one_run(home) -> None:
    """The shards of a matrix job."""
    output("report", "-2", "-o", "json=a.json")
    output("report", "-1", "-o", "json=b.json")
    merged = json.loads(output("report", "a.json", "b.json", "-o", "json"))
    assert [target["credential"] for target in merged["targets"]] == ["Deploy"]


def test_diff_tells_what_was_lost(home) -> None:
    """The last two runs unless named; exit code 1 when something was lost."""
    result = typed("diff")
    assert result.return_value == 1
    assert result.stdout.startswith("Worse: 1 link lost.")
    assert json.loads(output("diff", "-2", "-1", "-o", "json"))["links"][0]["change"] == "lost"
    assert typed("diff", "last", "first").return_value == 0


def test_the_history_is_listed(home) -> None:
    """Newest first, for people and for programs."""
    lines = output("history").splitlines()
    assert [line.split()[-1] for line in lines] == ["id", "second", "first"]
    runs = json.loads(output("history", "-o", "json"))
    assert [(run["number"], run["id"], run["summary"]["links"]["missing"]) for run in runs] == [
        (2, "second", 1),
        (1, "first", 0),
    ]


@pytest.mark.parametrize("words", [["report", "nobody"], ["report", "missing.json"], ["diff", "x", "last"]])
def test_an_unknown_run_is_said(home, words) -> None:
    """What, where, and how to see the runs."""
    assert isinstance(typed(*words).exception, HistoryError)


def test_without_any_run_it_says_how_to_make_one(tmp_path, monkeypatch) -> None:
    """And makes no file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pal-agent.yaml").write_text(CONFIGURATION)
    for words in (["report"], ["history"], ["diff"]):
        assert "check" in str(typed(*words).exception)
    assert not (tmp_path / "h.db").exists()


def test_a_history_that_is_switched_off_is_said(tmp_path, monkeypatch) -> None:
    """Files can still be given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pal-agent.yaml").write_text(CONFIGURATION.replace("{path: h.db}", "none"))
    assert "switches the history off" in str(typed("report").exception)


def test_ids_are_hidden_on_request(home) -> None:
    """In any format."""
    assert "5127255" in output("report", "-2", "-o", "json")
    assert "5127255" not in output("report", "-2", "-o", "json", "--mask")


def test_a_run_is_evaluated_again_from_its_facts(home) -> None:
    """With today's rules: what was recorded as answers does not matter. Only the history has facts."""
    recorded = json.loads(output("report", "last", "-o", "json"))
    again = json.loads(output("report", "last", "-o", "json", "--evaluate"))
    assert recorded["targets"][0]["link"]["state"] == "missing"
    assert again["targets"][0]["link"]["state"] == "linked"
    assert again["run"]["id"] == "second"
    (home / "r.json").write_text(json.dumps(recorded))
    assert isinstance(typed("report", "--evaluate", "r.json").exception, HistoryError)
