"""Runs the real commands over a simulated Azure, and takes their reports apart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pal_agent.cli import apply, check, plan
from pal_agent.cli.danger import Danger
from pal_agent.cli.words import Words
from pal_agent.sim.adapter import SimulatedAzure
from pal_agent.sim.estate import Estate
from pal_agent.sim.faults import Rule
from pal_agent.sim.state import Azure, Logged
from tests.story.expectation import Cells

CAREFUL = Danger(replace=False, remove=False, max_change=100)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one `check` gave: its exit code, and the JSON report, as bytes and read."""

    exit_code: int
    text: str

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.text)
        return content

    @property
    def bytes_alike(self) -> str:
        """The report without what differs between any two runs: the run's ID and times."""
        content = self.content
        for name in ("id", "started_at", "finished_at"):
            content["run"][name] = "-"
        return json.dumps(content, indent=1)


class Stage:
    """A folder with a configuration, and a simulated Azure behind it."""

    def __init__(
        self, folder: Path, estate: Estate, config: Mapping[str, Any], *, faults: tuple[Rule, ...] = ()
    ) -> None:
        self.folder = folder
        self.azure = Azure(estate, faults=faults)
        self.adapter = SimulatedAzure(self.azure, sleep=lambda _: None)
        self.config = folder / "pal-agent.yaml"
        self.configure(config)

    def configure(self, config: Mapping[str, Any]) -> None:
        """Writes the configuration (JSON is YAML too), with a history in the folder unless it says otherwise."""
        history = {"path": str(self.folder / "state" / "history.db")}
        self.config.write_text(json.dumps({"history": history, **config}, ensure_ascii=False), encoding="utf-8")

    def writes(self) -> list[Logged]:
        """Every request for a link but reads, in the order of their arrival."""
        return [entry for entry in self.azure.log if "/partners" in entry.path and entry.method != "GET"]

    def words(self, **words: Any) -> Words:
        return Words(config=self.config, quiet=True, **words)

    def check(self, *, jobs: int = 8, quick: bool = False, fail_on: str = "error", **options: Any) -> Report:
        """`options`: `history` (False unless given), `mask`, and words as `targets` and `tags`."""
        path = self.folder / "report.json"
        history, mask = options.pop("history", False), options.pop("mask", False)
        code = check.carry_out(
            self.words(jobs=jobs, **options),
            (f"json={path}",),
            quick=quick,
            fail_on=fail_on,
            history=history,
            mask=mask,
            adapter=self.adapter,
        )
        return Report(exit_code=code, text=path.read_text(encoding="utf-8"))

    def plan(self, danger: Danger = CAREFUL, *, out: Path | None = None, **words: Any) -> int:
        return plan.carry_out(self.words(**words), danger, out=out, output="json", adapter=self.adapter)

    def apply(self, danger: Danger = CAREFUL, **words: Any) -> int:
        return apply.carry_out(self.words(**words), danger, None, yes=True, adapter=self.adapter)


def reported_cells(report: Report) -> Cells:
    """The report in the cells of `expectation.expected_cells`."""
    content = report.content
    cells: Cells = {
        "order of targets": [f"{one['credential']}@{one['tenant_id']}" for one in content["targets"]],
        "order of subscriptions": [one["subscription_id"].lower() for one in content["subscriptions"]],
        "findings": sorted(map(_finding, content["findings"])),
        "complete": content["run"]["complete"],
        "exit code": report.exit_code,
    }
    assert content["run"]["exit_code"] == report.exit_code
    for label, target in zip(cells["order of targets"], content["targets"], strict=True):
        cells |= {f"targets {label} {key}": value for key, value in _target(target).items()}
    for name, subscription in zip(cells["order of subscriptions"], content["subscriptions"], strict=True):
        cells |= {f"subscriptions {name} {key}": value for key, value in _subscription(subscription).items()}
    return cells | {f"summary {what}": counts for what, counts in content["summary"].items()}


def differences(expected: Cells, reported: Cells) -> str:
    """One line for each cell that differs; empty when all agree."""
    lines = []
    for key in sorted({*expected, *reported}):
        wanted, given = expected.get(key, "nothing"), reported.get(key, "nothing")
        if key == "findings" and wanted != given:
            lines += [f"finding lacking: {row}" for row in wanted if row not in given]
            lines += [f"finding too many: {row}" for row in given if row not in wanted or given.count(row) > 1]
        elif wanted != given:
            lines.append(f"{key}: expected {wanted}, reported {given}")
    return "\n".join(lines)


def _finding(one: dict[str, Any]) -> tuple[str, ...]:
    excepted = one["excepted"] and one["excepted"]["reason"]
    scope = (one["scope"] or "").lower()
    return one["id"], one["credential"] or "", one["tenant_id"] or "", scope, one["severity"], excepted


def _target(one: dict[str, Any]) -> Cells:
    reason = one["reason"] and (one["reason"]["code"], one["reason"]["status"])
    rows = one["role_assignments"]
    cells: Cells = {
        "status": one["status"],
        "reason": reason,
        "object_id": one["object_id"],
        "expected": one["expected_partner_id"],
        "link": one["link"],
        "number of role assignments": len(rows),
        "order of role assignments": [row["id"].lower() for row in rows],
    }
    for row in rows:
        kept = ("scope", "scope_kind", "role_name", "principal_id", "via", "eligible", "standing")
        name = f"role {row['id']} {row['role_definition_id']} {row['principal_id'].lower()}"
        cells[name] = {key: row[key] for key in kept}
    return cells


def _subscription(one: dict[str, Any]) -> Cells:
    groups = one["resource_groups"]
    cells: Cells = {key: one[key] for key in ("name", "tenant_id", "state", "complete")}
    cells |= _tiers(one, "")
    for group in groups:
        cells |= _tiers(group, f"group {group['name']} ")
    return cells | {"order of groups": [group["name"] for group in groups]}


def _tiers(one: dict[str, Any], before: str) -> Cells:
    by = [(source["assignment_id"], source["credential"], source["tenant_id"]) for source in one["by"]]
    return {f"{before}{key}": one[key] for key in ("association", "influence", "pec")} | {f"{before}by": by}
