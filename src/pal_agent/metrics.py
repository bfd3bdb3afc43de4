"""A run as numbers for Prometheus's textfile collector. Needs the extra `metrics` (prometheus-client), imported late.

Names keep Prometheus's conventions (base units, `_timestamp_seconds`); nothing in them names a customer. Every known
state and finding has a line, 0 included: a series that comes and goes can't be alerted on.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pal_agent.errors import AgentError
from pal_agent.findings import all_findings
from pal_agent.model import Run, RunHeader, State, SubscriptionResult, Tier

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

Numbers = Counter[tuple[str, ...]]

SUCCESS = "pal_agent_last_success_timestamp_seconds"
COMPLETE = "pal_agent_last_complete_timestamp_seconds"


def write(path: Path, run: Run, *, recorded: Iterable[RunHeader] = ()) -> None:
    """Whole or not at all. When a run last succeeded is carried over from `recorded` and from the file that is there.

    Raises `AgentError`.
    """
    from pal_agent.report.writing import replace_file

    text = exposition(run, recorded=recorded, earlier=_earlier(path))
    try:
        replace_file(path, iter([text]))
    except OSError as error:
        raise AgentError(f"the metrics can't be written: {error.strerror or error}", where=str(path)) from error


def ensure_possible(path: Path) -> None:
    """Refuses before any work is done what could not be written after it."""
    _library()
    # os.path says no where pathlib raises: for a name that is too long, or a folder that may not be looked into.
    if os.path.isdir(path) or not os.path.isdir(path.parent):  # noqa: PTH112
        raise AgentError("metrics can't be written there", where=str(path), mend="Name a file in a folder that exists.")


def exposition(run: Run, *, recorded: Iterable[RunHeader] = (), earlier: dict[str, float] | None = None) -> str:
    """The text format. `earlier` are samples of the file before, by name."""
    client = _library()
    page = _Page(client.CollectorRegistry(), client.Gauge)
    header, counts = run.header, run.counts
    page.tell("pal_agent_info", "The agent, always 1.", {"version": header.agent_version})
    page.count("pal_agent_targets", "Credentials in tenants, by what could be read.", "status", counts.targets)
    page.count("pal_agent_links", "Partner Admin Links, by state.", "state", counts.links)
    _scopes(page, run)
    _findings(page, run)
    _times(page, [header, *recorded], earlier or {})
    return str(client.generate_latest(page.registry).decode())


class _Page:
    """Gauges of one registry."""

    def __init__(self, registry: "CollectorRegistry", gauge: Any) -> None:
        self.registry, self._gauge = registry, gauge

    def tell(self, name: str, about: str, labels: dict[str, str], value: float = 1) -> None:
        gauge = self._gauge(name, about, list(labels), registry=self.registry)
        (gauge.labels(**labels) if labels else gauge).set(value)

    def count(self, name: str, about: str, label: str, numbers: dict[str, int]) -> None:
        self.series(name, about, (label,), Counter({(key,): number for key, number in numbers.items()}))

    def series(self, name: str, about: str, labels: tuple[str, ...], numbers: Numbers) -> None:
        gauge = self._gauge(name, about, labels, registry=self.registry)
        for values, number in numbers.items():
            gauge.labels(*values).set(number)


def _scopes(page: _Page, run: Run) -> None:
    """All three tiers, whichever the policy requires. One walk."""
    kinds = ("subscription", "resource-group")
    numbers: Numbers = Counter(dict.fromkeys(product(kinds, map(str, Tier), map(str, State)), 0))
    for subscription in run.subscriptions():
        numbers.update(_states(subscription))
    about = "Scopes, by kind, tier of attribution and state."
    page.series("pal_agent_scopes", about, ("kind", "tier", "state"), numbers)


def _states(subscription: SubscriptionResult) -> Iterator[tuple[str, str, str]]:
    for tier in Tier:
        yield "subscription", str(tier), str(subscription.tiers.of(tier))
        for group in subscription.resource_groups:
            yield "resource-group", str(tier), str(group.tiers.of(tier))


def _findings(page: _Page, run: Run) -> None:
    """Open ones by severity; those that an exception covers apart, as they alarm nobody."""
    numbers: Numbers = Counter({(kind.id, str(kind.severity)): 0 for kind in all_findings()})
    excepted: Numbers = Counter({(kind.id,): 0 for kind in all_findings()})
    for finding in run.findings():
        if finding.excepted:
            excepted[finding.id,] += 1
        else:
            numbers[finding.id, str(finding.severity)] += 1
    page.series("pal_agent_findings", "Open findings.", ("finding", "severity"), numbers)
    page.series("pal_agent_findings_excepted", "Findings that an exception covers.", ("finding",), excepted)


def _times(page: _Page, headers: list[RunHeader], earlier: dict[str, float]) -> None:
    """`headers` begin with this run's."""
    header = headers[0]
    start, end = _seconds(header.started_at), _seconds(header.finished_at)
    page.tell("pal_agent_exit_code", "How the run ended.", {}, header.exit_code)
    page.tell("pal_agent_complete", "1 when everything could be read.", {}, int(header.complete))
    page.tell("pal_agent_run_duration_seconds", "How long the run took.", {}, end - start)
    page.tell("pal_agent_last_run_timestamp_seconds", "When the run ended.", {}, end)
    ends = {
        SUCCESS: ("When a run last ended with exit code 0.", [one for one in headers if one.exit_code == 0]),
        COMPLETE: ("When a run last could read everything.", [one for one in headers if one.complete]),
    }
    for name, (about, fitting) in ends.items():
        last = max([earlier.get(name, 0), *(_seconds(one.finished_at) for one in fitting)])
        page.tell(name, f"{about} 0: never.", {}, last)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _earlier(path: Path) -> dict[str, float]:
    """The samples without labels of the file there; nothing where it can't be read or isn't one of ours."""
    from prometheus_client.parser import text_string_to_metric_families

    with suppress(OSError, ValueError):
        families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
        samples = [sample for family in families for sample in family.samples if not sample.labels]
        return {sample.name: sample.value for sample in samples if 0 < sample.value < 1e12}
    return {}


def _library() -> Any:
    try:
        import prometheus_client
    except ModuleNotFoundError as error:
        raise AgentError(
            "--metrics needs the Python package prometheus-client",
            mend="Install it with: pip install 'pal-agent[metrics]'",
        ) from error
    return prometheus_client
