"""I3: every secret has a canary in it, and none of them ever sings: not in any output, file or log, whatever fails."""

import base64
from dataclasses import replace

import pytest

from pal_agent.sim.fault_catalogue import fault_names
from pal_agent.sim.faults import Rule
from tests.secrets.canaries import WORDS, hits, secret, spellings
from tests.secrets.servers import EVERY_WAY, Echo, in_messages, tenant_asking
from tests.secrets.stage import KINDS, tenant

FAULTS = sorted(fault_names())
PLACES = ("/token", "openid-configuration", "/partners", "/subscriptions?", "roleassignments")


def test_all_goes_well(theatre) -> None:
    """Every kind of secret is used, every command run, and every target linked: the checks below check something."""
    here = theatre()
    assert here.stage.check() == 1
    assert here.stage.plan() == 1
    assert here.stage.apply() == 0
    assert here.stage.check() == 0
    assert len(here.azure.links()) == len(KINDS)
    assert len(here.watch.tokens) > 10
    here.ensure_silence()


@pytest.mark.parametrize("before", [None, 0, 390], ids=["as it is", "repeating what was sent", "repeating at the cut"])
def test_no_fault_brings_one_out(theatre, before: int | None) -> None:
    """Every wire fault of the catalogue at once, one in each customer's tenant, in every format, masked or not; from
    Azure as it is, and from one that writes into its errors what it was sent, also where long messages are cut."""
    here = theatre(every_fault(), lambda one: one if before is None else Echo(one, in_messages(before)), len(FAULTS))
    assert here.stage.check() == 3
    assert here.stage.plan() == 3
    assert here.stage.apply() == 3
    here.ensure_silence()


@pytest.mark.parametrize("way", EVERY_WAY)
def test_nor_does_a_server_that_repeats_it(theatre, way: str) -> None:
    """In messages, codes, headers, pages, fields and redirects; in each kind of answer, for each kind of secret."""
    customers = len(KINDS) * len(PLACES)
    repeating = {tenant(number): PLACES[(number - 1) // len(KINDS)] for number in range(1, customers + 1)}
    here = theatre(
        around=lambda behind: Echo(
            behind,
            EVERY_WAY[way],
            always=lambda request: repeating.get(tenant_asking(request), "?!") in str(request.url).lower(),
        ),
        customers=customers,
    )
    assert here.stage.check() == 3
    assert here.stage.apply() == 3
    here.ensure_silence()


def every_fault() -> tuple[Rule, ...]:
    """Each fault of the catalogue for one tenant."""
    return tuple(
        replace(rule, match=replace(rule.match, tenant=tenant(number)))
        for number, name in enumerate(FAULTS, start=1)
        for rule in fault_names()[name]
    )


@pytest.mark.parametrize("kind", WORDS)
def test_the_check_would_find_it(kind: str) -> None:
    """In any spelling, cut at either end, and in base64 at any offset; so silence above means something."""
    for spelling in spellings(secret(kind)):
        assert hits(f"noise {spelling} noise".encode())
        assert hits(spelling[:40].encode())
    for offset in range(3):
        assert hits(base64.b64encode(b"-" * offset + secret(kind).encode() + b"--"))
    if kind != "federated token":
        assert hits(secret(kind)[-10:].encode())
    assert not hits(b"noise")
