"""Reports of a recorded run: seconds for each text format against json's, memory, and judging that stays linear."""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from bench.azure.estate import CONTRIBUTOR, PARTNER_ID, Estate, guid
from bench.figure import Figure
from bench.measuring import AGENT, CONFIGURATION, Used, used
from pal_agent import roles
from pal_agent.evaluate import Evaluation, Rules
from pal_agent.findings import Context
from pal_agent.history import History, RunStore
from pal_agent.model import Assignment, LinkFact, RunHeader, SubscriptionFacts, Target, TargetFacts, Tier

FORMATS = ("csv", "html", "junit", "markdown", "sarif", "table")
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"  # not eligible, so that there are errors and warnings to report
NOTHING_EARNED = 7  # one subscription in so many
MOST = 150.0  # MiB
SLOWEST = 4.0  # times json
HEADER = RunHeader(
    id="20261104T060001.000000Z",
    command="check",
    started_at="2026-11-04T06:00:01Z",
    finished_at="2026-11-04T06:02:41Z",
    agent_version="0",
    exit_code=1,
    complete=False,
)
RULES = Rules(
    context=Context(
        partner_id=PARTNER_ID,
        partner_name=None,
        require=Tier.INFLUENCE,
        today=date(2026, 11, 4),
        catalogue=roles.bundled(),
    )
)


def figures(full: bool) -> Iterator[Figure]:
    few, many = Estate(targets=500), Estate(targets=10_000 if full else 2_000)
    each = min(_judged(few)[1] for _ in range(2))  # the first imports and fills caches
    run, seconds = _judged(many)
    against = f"{few.targets} targets: {each * 1000:.2f} ms each"
    yield Figure(name="judging one target more", value=seconds / each, limit=1.3, against=against)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        _record(run, Path(name))
        plain, *rendered = [_report(Path(name), format_) for format_ in ("json", *FORMATS)]
    against = f"json: {plain.cpu:.1f} s CPU, {many.targets:,} targets"
    for format_, one in zip(FORMATS, rendered, strict=True):
        yield Figure(name=f"{format_} report", value=one.cpu / plain.cpu, limit=SLOWEST, against=against)
    peak = max(one.peak for one in (plain, *rendered))
    yield Figure(name="memory, any report", value=peak, limit=MOST, unit="MiB", against=f"{many.targets:,} targets")


def _judged(estate: Estate) -> tuple[RunStore, float]:
    """A finished run over the estate, without any call, and the CPU seconds that each target took."""
    started = time.process_time()
    store = RunStore(require=Tier.INFLUENCE)
    evaluation = Evaluation(store, RULES)
    for number in range(estate.targets):
        facts = _facts(estate, number)
        store.add_target(facts)
        evaluation.judge_target(facts)
    evaluation.judge_subscriptions()
    store.finish(replace(HEADER, complete=evaluation.complete))
    return store, (time.process_time() - started) / estate.targets


def _record(run: RunStore, directory: Path) -> None:
    credential = {
        "name": "any",
        "tenant": guid("tenant", 0),
        "client_id": guid("client", 0),
        "auth": {"kind": "client-secret", "secret": "env:BENCH_SECRET"},
    }
    settings = {
        "version": 1,
        "partner": {"id": PARTNER_ID},
        "credentials": [credential],
        "history": {"path": "history.db"},
    }
    (directory / CONFIGURATION).write_text(json.dumps(settings), encoding="utf-8")
    with run, History(directory / "history.db") as history:
        history.record(run)


def _report(directory: Path, name: str) -> Used:
    command = (*AGENT, "report", "-c", CONFIGURATION, "-o", f"{name}=report.{name}")
    return used(command, directory=directory)


def _facts(estate: Estate, number: int) -> TargetFacts:
    target = Target(
        credential=f"customer-{number:05}",
        tenant_id=guid("tenant", number),
        client_id=guid("client", number),
        expected_partner_id=PARTNER_ID,
    )
    return TargetFacts(
        target=target,
        object_id=guid("object", number),
        link=LinkFact(partner_id=PARTNER_ID, partner_name="Contoso Cloud", version=3),
        tenant_name=f"Customer {number:05}",
        subscriptions=tuple(_subscription(estate, number, place) for place in range(estate.subscriptions)),
    )


def _subscription(estate: Estate, number: int, place: int) -> SubscriptionFacts:
    subscription_id = estate.subscription(number, place)
    scope = f"/subscriptions/{subscription_id}"
    assignment = Assignment(
        id=f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid('assignment', number)}",
        scope=scope,
        role_definition_id=READER if (number + place) % NOTHING_EARNED == 0 else CONTRIBUTOR,
        principal_id=guid("object", number),
    )
    return SubscriptionFacts(
        subscription_id=subscription_id,
        name=f"Subscription {place} of customer {number}",
        tenant_id=guid("tenant", number),
        state="Enabled",
        groups=tuple(f"rg-{group:04}" for group in range(estate.groups)),
        assignments=(assignment,),
    )
