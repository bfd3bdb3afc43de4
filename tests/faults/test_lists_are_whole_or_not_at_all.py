"""P01 to P05: pages."""

from dataclasses import replace

import pytest

from pal_agent.sim.estate import Estate
from pal_agent.sim.fault_catalogue import fault_names, named
from pal_agent.sim.faults import Match, Rule, Then
from tests.faults.conftest import SetUp
from tests.faults.promises import hold
from tests.faults.rehearsal import estate

ELSEWHERE = sorted(name for name in fault_names() if name.startswith("P02"))
MORE_ELSEWHERE = [
    "https://management.azure.com.evil.example/subscriptions",
    "https://evil.example\\@management.azure.com/subscriptions",
    "https://management.azure.com@evil.example/subscriptions",
    "https://user:password@management.azure.com/subscriptions",
    "https://management.azure.com:8443/subscriptions",
    "http://management.azure.com:443/subscriptions",
    "ftp://management.azure.com/subscriptions",
    "https://[::1]/subscriptions",
    "https://[bad/subscriptions",
    "https://management.azure.com:port/subscriptions",
    "https:///subscriptions",
    "/subscriptions?page=2",
    "javascript:alert(1)",
    " ",
]


@pytest.mark.parametrize("path", ["/subscriptions", "*/resourcegroups", "*/roleassignments"])
@pytest.mark.parametrize(("fault", "pages"), [("P01-self", 1), ("P01-cycle", 3)])
def test_a_page_seen_before_ends_the_list(set_up: SetUp, path: str, fault: str, pages: int) -> None:
    """P01: at the first repeat, without asking for it again."""
    (rule,) = named(fault)
    ending = hold(stage := set_up([Rule(match=Match(path=path), then=rule.then)], estate=estate(1)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "paging-loop", "partial")
    assert len([one for one in ending.log if one.path.lower().endswith(path.strip("*"))]) == pages


@pytest.mark.parametrize("path", ["/subscriptions", "*/resourcegroups", "*/roleassignments"])
@pytest.mark.parametrize("fault", ELSEWHERE)
def test_pages_elsewhere_are_not_asked_for(set_up: SetUp, path: str, fault: str) -> None:
    """P02: nothing is sent there, token or not."""
    (rule,) = named(fault)
    ending = hold(stage := set_up([Rule(match=Match(path=path), then=rule.then)], estate=estate(1)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "bad-response", "partial")
    assert len([one for one in ending.log if one.path.lower().endswith(path.strip("*"))]) == 1


@pytest.mark.parametrize("link", MORE_ELSEWHERE)
def test_nor_is_anything_odd(set_up: SetUp, link: str) -> None:
    """P02: a link is followed to the very origin that is configured, or not at all."""
    rule = Rule(match=Match(path="/subscriptions"), then=Then(next_link=link))
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check())
    assert (ending.code, ending.reason()) == (3, "bad-response")
    assert len(ending.asked("/subscriptions")) == 1


@pytest.mark.parametrize("fault", ["P03-port", "P03-upper"])
def test_another_spelling_of_the_same_origin_is_followed(set_up: SetUp, fault: str) -> None:
    """P03: both are known of Azure."""
    pages = estate(1, subscriptions=5, page_sizes={"default": 2})
    ending = hold(stage := set_up(named(fault), estate=pages), stage.check(quick=False))
    assert ending.code == 0
    assert len(ending.report["subscriptions"]) == 5


def test_pages_without_end_are_capped(set_up: SetUp) -> None:
    """P04: and what came until then is not taken for the list."""
    ending = hold(stage := set_up(named("P04"), estate=estate(1)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "paging-loop", "partial")
    assert ending.report["subscriptions"] == []
    assert len(ending.asked("/subscriptions")) <= 1000


def test_an_empty_page_with_a_link_is_not_the_end(set_up: SetUp) -> None:
    """P05: the subscriptions stand behind it."""
    ending = hold(stage := set_up(named("P05-empty")), stage.check())
    assert ending.code == 0
    assert len(ending.report["subscriptions"]) == 2


@pytest.mark.parametrize(
    ("path", "field"), [("/subscriptions", None), ("*/resourcegroups", "groups"), ("*/roleassignments", "roles")]
)
def test_a_list_whose_third_page_fails_is_not_known(set_up: SetUp, path: str, field: str | None) -> None:
    """P05: two pages of five are no list; each page before it was asked for once."""
    rule = Rule(match=Match(path=path, after=2, per="path"), then=Then(status=500))
    subscriptions = 5 if field is None else 1
    pages = estate(1, subscriptions=subscriptions, page_sizes={"default": 1, "resourcegroups": 1})
    if field == "roles":
        pages = with_many_assignments(pages)
    if field == "groups":
        pages = with_many_groups(pages)
    ending = hold(stage := set_up([rule], estate=pages), stage.check())
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "unavailable", "partial")
    for subscription in ending.report["subscriptions"]:
        assert field == "groups" or not subscription["complete"]
        assert field != "groups" or subscription["resource_groups"] == []
    assert len([one for one in ending.log if one.path.lower().endswith(path.strip("*"))]) == 2 + 7


def test_it_goes_on_with_the_page_that_failed(set_up: SetUp) -> None:
    """P05: and nothing comes twice."""
    rule = Rule(match=Match(path="/subscriptions", nth=3, per="path"), then=Then(status=500))
    pages = estate(1, subscriptions=5, page_sizes={"subscriptions": 1})
    ending = hold(stage := set_up([rule], estate=pages), stage.check())
    assert ending.code == 0
    assert len(ending.report["subscriptions"]) == 5
    assert len([one for one in ending.log if one.path == "/subscriptions"]) == 6


def with_many_assignments(given: Estate) -> Estate:
    (tenant,) = given.tenants
    (held,) = tenant.assignments
    more = tuple(replace(held, scope=f"{held.scope}/resourceGroups/rg-{number}") for number in range(5))
    return replace(given, tenants=(replace(tenant, assignments=(held, *more)),))


def with_many_groups(given: Estate) -> Estate:
    (tenant,) = given.tenants
    (subscription,) = tenant.subscriptions
    many = replace(subscription, resource_groups=tuple(f"rg-{number}" for number in range(6)))
    return replace(given, tenants=(replace(tenant, subscriptions=(many,)),))
