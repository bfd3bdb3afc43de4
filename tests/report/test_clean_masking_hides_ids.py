"""`--mask`: a report that can be shown around tells nobody's IDs, and still holds together."""

import json
import re
from datetime import UTC, datetime

from pal_agent.model import Finding, Severity
from pal_agent.report import Options
from pal_agent.report.json import render
from pal_agent.report.masking import Masked, masked
from tests.report.example_run import PARTNER, example_run, guid, run_of, subscription, target
from tests.report.hostile_run import hostile_run

OPTIONS = Options(now=datetime(2026, 11, 4, tzinfo=UTC), mask=True)
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def text_of(run) -> str:
    return "".join(render(run, OPTIONS))


def test_no_id_is_left_anywhere() -> None:
    """Not in scopes, messages or commands either."""
    for run in (example_run(), hostile_run()):
        assert GUID.search(text_of(run))
        text = text_of(Masked(run))
        assert not GUID.search(text)
        assert PARTNER not in text


def test_one_id_is_one_word_throughout() -> None:
    """A subscription can still be followed from its row to its finding, however it is spelled."""
    upper = "/SUBSCRIPTIONS/" + guid(7).upper().replace("-", "") + "/resourceGroups/rg"
    finding = Finding(id="x", severity=Severity.INFO, message=f"see {guid(7)}", fix=f"--x {guid(8)}", scope=upper)
    run = Masked(run_of([], [subscription(7, "n", guid(8))], [finding]))
    one, said = next(run.subscriptions()), next(run.findings())
    assert said.message == f"see {one.subscription_id}"
    assert said.scope == f"/SUBSCRIPTIONS/{one.subscription_id}/resourceGroups/rg"
    assert said.fix == f"--x {one.tenant_id}"
    assert one.subscription_id != one.tenant_id


def test_two_reports_cannot_be_laid_side_by_side() -> None:
    """Each rendering draws its own key; one shared key gives the same words."""
    first, second = Masked(example_run()), Masked(example_run())
    assert text_of(first) != text_of(second)
    assert text_of(Masked(example_run(), key=first.key)) == text_of(first)


def test_a_tenant_given_by_name_is_hidden_too() -> None:
    """Also where its own findings and subscriptions name it."""
    domain = "fabrikam.onmicrosoft.com"
    finding = Finding(
        id="x", severity=Severity.INFO, message=f"in {domain}", fix=f"az login -t {domain}", tenant_id=domain
    )
    one = subscription(1, "n", guid(3))
    text = text_of(Masked(run_of([target("c", domain)], [one], [finding])))
    assert "fabrikam" not in text


def test_what_is_no_id_stays() -> None:
    """Names, states, counts, times, HTTP status and short numbers in sentences."""
    finding = Finding(id="x", severity=Severity.INFO, message="waits 86400 s since 2026-03-01 in rg-20260301", fix="")
    run = run_of([target("deploy-5127255", guid(1))], [subscription(1, "prod 7", guid(1))], [finding])
    before, after = json.loads(text_of(run)), json.loads(text_of(Masked(run)))
    assert after["findings"] == before["findings"]
    assert after["summary"] == before["summary"]
    assert after["run"] == before["run"]
    assert after["subscriptions"][0]["name"] == "prod 7"
    assert after["targets"][0]["link"]["created_at"] == before["targets"][0]["link"]["created_at"]


def test_the_run_before_is_hidden_alike() -> None:
    """What changed since the last run compares masked with masked."""
    from dataclasses import replace

    run, options = masked(example_run(), replace(OPTIONS, previous=example_run()))
    assert options.previous is not None
    assert list(options.previous.targets()) == list(run.targets())
    assert masked(run, options) == (run, options)
