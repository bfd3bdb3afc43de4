"""What must hold however Azure misbehaves: I1 to I7 of the table of faults, checked after every rehearsal."""

import re
from collections.abc import Iterable

from pal_agent.sim.faults import Rule
from tests.faults.rehearsal import PARTNER, WRITES, Ending, Stage, object_id, tenant_id

TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{16,}")
STATUSES = {"verified", "partial", "unverified"}
IN_FLIGHT = 0.15  # seconds in which requests that were sent before a pause still arrive


def hold(stage: Stage, ending: Ending) -> Ending:
    """Every promise, by its number."""
    every_target_has_one_state(stage, ending)  # I1
    links_are_as_reported(ending)  # I2
    nothing_secret_was_written(stage, ending)  # I3
    nobody_else_was_asked(stage, ending)  # I4
    the_exit_code_tells_the_states(ending)  # I5
    pauses_were_kept(stage, ending)  # I6
    return ending


def every_target_has_one_state(stage: Stage, ending: Ending) -> None:
    wanted = [(f"customer-{number}", tenant_id(number)) for number in range(1, stage.customers + 1)]
    for told in (ending.report, ending.recorded):
        assert sorted((one["credential"], one["tenant_id"]) for one in told["targets"]) == sorted(wanted)
        for target in told["targets"]:
            assert target["status"] in STATUSES
            known = target["link"]["state"] != "unknown"
            automatic = target["reason"] is not None and target["reason"]["code"] == "csp-automatic"
            assert known == (target["status"] != "unverified") or automatic
            assert (target["reason"] is None) == (target["status"] == "verified") or automatic
    assert ending.report == ending.recorded


def links_are_as_reported(ending: Ending) -> None:
    """Of a target reported linked the link is ours; any other is as it was, or as it was meant to become."""
    before, after = ending.links_before, ending.links
    for number, target in enumerate(ending.report["targets"], start=1):
        key = (tenant_id(number), object_id(number))
        assert target["link"]["partner_id"] in (None, after.get(key))
        if target["link"]["state"] == "linked":
            assert after.get(key) == PARTNER
        elif target["link"]["state"] == "missing":
            assert key not in after
        else:
            assert after.get(key) in ((before.get(key),) if ending.command == "check" else (before.get(key), PARTNER))
    known = {(tenant_id(number), object_id(number)) for number, _ in enumerate(ending.report["targets"], start=1)}
    assert {key: after[key] for key in after if key not in known} == {
        key: before[key] for key in before if key not in known
    }
    assert ending.command == "apply" or not [one for one in ending.log if one.method in WRITES]


def nothing_secret_was_written(stage: Stage, ending: Ending) -> None:
    """No token, no secret, nor a good part of one."""
    assert not TOKEN.search(ending.written)
    for number in range(1, stage.customers + 1):
        text = (stage.folder / f"secret-{number}").read_text()
        assert text[:10].encode() not in ending.written, f"the secret of customer {number}"


def nobody_else_was_asked(stage: Stage, ending: Ending) -> None:
    if stage.url is not None:
        authority = manager = stage.url.removeprefix("https://")
    else:
        authority, manager = "login.microsoftonline.com", "management.azure.com"
    for one in ending.log:
        assert one.host.lower().removesuffix(":443") in (authority, manager), one
        assert not one.bearer or one.host.lower().removesuffix(":443") == manager, one


def the_exit_code_tells_the_states(ending: Ending) -> None:
    told = ending.report
    told_all = all(one["status"] == "verified" for one in told["targets"])
    complete = told_all and all(one["complete"] for one in told["subscriptions"])
    if ending.command == "apply":
        wrong = any(outcome.failed is not None for outcome in ending.outcomes)
    else:
        wrong = told["summary"]["findings"]["error"] > 0
    expected = 3 if not complete else 1 if wrong else 0
    assert told["run"]["complete"] == complete
    assert told["run"]["exit_code"] == ending.code
    assert ending.code == expected or (ending.command == "apply" and complete and ending.code == 1)


def pauses_were_kept(stage: Stage, ending: Ending) -> None:
    """After a Retry-After, nothing of that principal until it has passed."""
    hint = _shortest_hint(stage.rules)
    if hint is None:
        return
    refused = [one for one in ending.log if one.status in (429, 503)]
    for refusal in refused:
        early = [
            one.path
            for one in ending.log
            if _who(one.caller) == _who(refusal.caller)
            and one.path.endswith("/token") == refusal.path.endswith("/token")
            and refusal.at + min(IN_FLIGHT, hint / 2) < one.at < refusal.at + hint - 0.01
        ]
        assert not early, f"{early} within {hint} s of {refusal}"


def _who(caller: str) -> str:
    """The customer's number: a sign-in is logged with the app, all else with the principal."""
    return caller[:8]


def _shortest_hint(rules: Iterable[Rule]) -> float | None:
    given = [rule.then.headers.get("Retry-After", "") for rule in rules if rule.then.status in (429, 503)]
    numbers = [float(text) for text in given if re.fullmatch(r"[0-9]+", text)]
    return min(numbers) if numbers and len(numbers) == len(given) else None


def a_second_run_writes_nothing(stage: Stage) -> None:
    """Once Azure behaves again: what is linked to us is left alone, and when all is done, nothing is left to write."""
    stage.azure.faults.clear()
    stage.rules = ()
    linked = [key for key, partner in stage.azure.links().items() if partner == PARTNER]
    first = hold(stage, stage.apply())
    written = {(one.tenant, one.caller) for one in first.log if one.method in WRITES}
    assert not written.intersection(linked)
    again = hold(stage, stage.apply())
    assert not [one for one in again.log if one.method in WRITES]
