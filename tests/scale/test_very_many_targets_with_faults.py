"""One call in twenty fails, or every other one, in ways that pass by themselves: what is reported is what is there."""

import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from pal_agent.sim.faults import Match, Rule, Then
from pal_agent.sim.state import Azure
from pal_agent.sim.tokens import payload_of
from tests.faults import promises
from tests.faults.rehearsal import PARTNER, WRITES, Ending, Stage, estate, in_process, object_id, tenant_id

FEWEST = {"apply": 5, "check": 6}  # sign-in twice, link, PUT, link; sign-in twice, link, subscriptions, groups, roles
WAYS = (
    Then(status=500),
    Then(status=503),
    Then(status=408),
    Then(socket="reset"),
    Then(socket="reset", applied=True),
    Then(body="{"),
)
ON_ITS_WAY = 0.3  # seconds that a thread of many may need between its last look at the pause and the wire
THROTTLED = Then(status=429, headers={"Retry-After": "1"})


def mixed(share: float, *ways: Then) -> tuple[Rule, ...]:
    """Each way as often as any other, `share` of the calls altogether."""
    each = 1 - math.pow(1 - share, 1 / len(ways))
    return tuple(Rule(match=Match(probability=each, seed=seed), then=then) for seed, then in enumerate(ways))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request, as the client saw it: times of the monotonic clock."""

    tenant: str
    began: float
    answered: float
    status: int | None


class Stopwatch(BaseAdapter):
    """Passes everything on and notes when."""

    def __init__(self, behind: BaseAdapter) -> None:
        super().__init__()
        self._behind = behind
        self.sent: deque[Sent] = deque()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        began, status = time.monotonic(), None
        try:
            response = self._behind.send(request, *args, **kwargs)
            status = response.status_code
            return response
        finally:
            note = Sent(tenant=asking(request), began=began, answered=time.monotonic(), status=status)
            self.sent.append(note)

    def close(self) -> None:
        self._behind.close()


def asking(request: requests.PreparedRequest) -> str:
    """The tenant: from the token, or from the path of a sign-in."""
    bearer = str(request.headers.get("Authorization", "")).partition(" ")[2]
    return str(payload_of(bearer)["tid"]) if bearer else str(request.url).split("/")[3]


def staged(folder: Path, customers: int, rules: tuple[Rule, ...], *, jobs: int = 16) -> Stage:
    azure = Azure(estate(customers, link=None), faults=rules)
    return Stage(
        folder=folder,
        azure=azure,
        rules=rules,
        adapter=Stopwatch(in_process(azure)),
        customers=customers,
        jobs=jobs,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("customers", "most"), [(80, 1.15), pytest.param(10_000, 1.06, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_each_target_ends_in_the_right_state(tmp_path: Path, customers: int, most: float) -> None:
    """Linked, recorded and counted as it is in Azure; nearly the fewest calls; two writes at most; pauses kept."""
    stage = staged(tmp_path, customers, mixed(0.05, *WAYS, THROTTLED))
    applied, checked = stage.apply(), stage.check()
    for ending in (applied, checked):
        as_it_is(stage, ending)
        assert all(target["status"] == "verified" for target in ending.report["targets"])
    assert isinstance(stage.adapter, Stopwatch)
    pauses_were_kept(stage.adapter.sent)
    failed = [outcome for outcome in applied.outcomes if outcome.failed is not None]
    assert len(failed) <= max(1, customers // 100)
    assert len(checked.links) == customers - len(failed)
    assert set(checked.links.values()) == {PARTNER}
    writes = Counter(one.caller for one in applied.log if one.method in WRITES)
    assert max(writes.values()) <= 2
    assert len(applied.log) + len(checked.log) <= most * sum(FEWEST.values()) * customers


@pytest.mark.parametrize("customers", [60, pytest.param(3000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])])
def test_half_of_the_calls_failing_is_told_as_it_is(tmp_path: Path, customers: int) -> None:
    """No wrong state: what could not be read is unknown, the run ends, and with 3."""
    stage = staged(tmp_path, customers, mixed(0.5, *WAYS, Then(status=429)))
    applied, checked = stage.apply(), stage.check()
    for ending in (applied, checked):
        as_it_is(stage, ending)
        assert ending.code == 3
    statuses = Counter(target["status"] for target in checked.report["targets"])
    assert statuses["verified"] > customers / 2
    assert statuses["unverified"] + statuses["partial"] > 0
    writes = Counter(one.caller for one in applied.log if one.method in WRITES)
    assert max(writes.values()) <= 2


def as_it_is(stage: Stage, ending: Ending) -> None:
    """I1, I2, I4, I5."""
    promises.every_target_has_one_state(stage, ending)
    promises.nobody_else_was_asked(stage, ending)
    promises.the_exit_code_tells_the_states(ending)
    for target in ending.report["targets"]:
        number = int(target["credential"].removeprefix("customer-"))
        linked = (tenant_id(number), object_id(number)) in ending.links
        assert target["link"]["state"] in ("unknown", "linked" if linked else "missing")


def pauses_were_kept(sent: Iterable[Sent]) -> None:
    """I6: nothing of a principal within the second after a 429 came, but what was on its way already."""
    refused: defaultdict[str, list[float]] = defaultdict(list)
    for one in sent:
        if one.status == 429:
            refused[one.tenant].append(one.answered)
    for one in sent:
        early = [came for came in refused[one.tenant] if came + ON_ITS_WAY < one.began < came + 0.99]
        assert not early, one
