"""`--metrics`: what Prometheus's own parser reads from the file is the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from pal_agent import findings, metrics
from pal_agent.cli import check
from pal_agent.cli.unattended import Unattended
from pal_agent.cli.words import Words
from pal_agent.errors import AgentError
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate_file import load_estate
from pal_agent.sim.estates import demo_config_path, demo_estate_path, demo_secrets
from pal_agent.sim.state import Azure
from tests.report.example_run import example_run, header, run_of, well_run
from tests.report.hostile_run import hostile_run

Samples = dict[tuple[str, ...], float]


def samples(text: str) -> Samples:
    """Values by name and labels, in the alphabetical order of the labels' names."""
    return {(one.name, *(one.labels[name] for name in sorted(one.labels))): one.value for one in _samples(text)}


def _samples(text: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge", family
        assert family.documentation, family
        yield from family.samples


def test_the_numbers_are_the_runs() -> None:
    """Targets and links by state, scopes of all three tiers, findings by ID."""
    run = example_run()
    found = samples(metrics.exposition(run))
    assert {key[1]: value for key, value in found.items() if key[0] == "pal_agent_targets"} == run.counts.targets
    assert {key[1]: value for key, value in found.items() if key[0] == "pal_agent_links"} == run.counts.links
    assert found["pal_agent_scopes", "subscription", "partial", "influence"] == 1
    assert found["pal_agent_scopes", "subscription", "full", "association"] == 2
    assert found["pal_agent_scopes", "resource-group", "none", "pec"] == 2
    assert found["pal_agent_findings", "link-missing", "error"] == 1
    assert found["pal_agent_findings", "role-not-eligible", "warning"] == 0
    assert found["pal_agent_findings_excepted", "role-not-eligible"] == 1
    assert found["pal_agent_info", run.header.agent_version] == 1
    assert found["pal_agent_exit_code",] == 3
    assert found["pal_agent_complete",] == 0
    assert found["pal_agent_run_duration_seconds",] == 160
    assert found["pal_agent_last_run_timestamp_seconds",] == 1793772161


def test_every_series_is_there_from_the_first_run_on() -> None:
    """One that appears with the first fault can't be alerted on: all states and findings have their 0."""
    well, wrong = samples(metrics.exposition(well_run())), samples(metrics.exposition(example_run()))
    assert set(well) == set(wrong)
    assert {key[1] for key in well if key[0] == "pal_agent_findings"} == {kind.id for kind in findings.all_findings()}


def test_no_customer_is_named() -> None:
    """Whatever the names, the labels are our own words."""
    hostile, well = metrics.exposition(hostile_run()), metrics.exposition(well_run())
    assert set(samples(hostile)) == set(samples(well))


def test_the_last_success_outlives_a_failure(tmp_path: Path) -> None:
    """Through the file that is there, and through the history."""
    path = tmp_path / "pal-agent.prom"
    success, failure = well_run(), run_of([], [], [], exit_code=3, complete=False, finished_at="2026-11-05T06:00:00Z")
    metrics.write(path, failure)
    assert samples(path.read_text())[metrics.SUCCESS,] == 0
    metrics.write(path, success)
    metrics.write(path, failure)
    kept = samples(path.read_text())
    assert (kept[metrics.SUCCESS,], kept[metrics.COMPLETE,]) == (1793772161, 1793772161)
    assert kept["pal_agent_last_run_timestamp_seconds",] == 1793858400
    path.unlink()
    metrics.write(path, failure, recorded=[header(exit_code=3, complete=False), success.header])
    assert samples(path.read_text())[metrics.SUCCESS,] == 1793772161


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"pal_agent_last_success_timestamp_seconds NaN\n", b"{{{", b"a" * 99]
)
def test_what_was_in_the_file_never_keeps_the_new_numbers_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pal-agent.prom"
    path.write_bytes(content)
    metrics.write(path, run_of([], [], [], exit_code=1))
    assert samples(path.read_text())[metrics.SUCCESS,] == 0
    assert [one.name for one in tmp_path.iterdir()] == ["pal-agent.prom"]


def test_check_writes_them_and_refuses_before_it_asks_azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is missing is said at once; else the file holds the run."""
    for name, value in demo_secrets().items():
        monkeypatch.setenv(name, value)
    azure = SimulatedAzure(Azure(load_estate(demo_estate_path())))
    words = Words(config=demo_config_path(), targets=("*@00000001-*",), quiet=True)
    with pytest.raises(AgentError, match="can't be written there"):
        check.carry_out(
            words, (), history=False, unattended=Unattended(metrics=tmp_path / "no" / "x.prom"), adapter=azure
        )
    assert not azure.azure.log
    path = tmp_path / "pal-agent.prom"
    assert check.carry_out(words, (), history=False, unattended=Unattended(metrics=path), adapter=azure) == 0
    found = samples(path.read_text())
    assert found["pal_agent_links", "linked"] == 1
    assert found["pal_agent_scopes", "subscription", "full", "pec"] == 2
    assert found[metrics.SUCCESS,] == found["pal_agent_last_run_timestamp_seconds",]
