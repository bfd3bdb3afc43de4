"""F11 to F14: answers that are cut off, of the wrong shape, far too large, or that point elsewhere."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pal_agent.sim.estate import Link
from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then
from pal_agent.sim.state import Azure
from tests.faults.conftest import SetUp
from tests.faults.promises import hold
from tests.faults.rehearsal import PARTNER, Stage, estate, in_process, object_id, tenant_id

PLACES = ["/subscriptions", "*/resourcegroups", "*/roleassignments", "*/denyassignments", "*/partners*", "*/token"]


@pytest.mark.parametrize("fault", ["F11-truncated", "F11-cut", "F11-html", "F11-empty"])
def test_an_answer_that_is_not_json_is_asked_for_again_then_said(set_up: SetUp, fault: str) -> None:
    """F11: seven tries, as with any fault that may pass."""
    ending = hold(stage := set_up(named(fault)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["reason"]["status"]) == (3, "bad-response", 200)
    assert len(ending.asked("/partners", number=1)) == 7


@pytest.mark.parametrize("path", [*PLACES, "*/openid-configuration"])
@pytest.mark.parametrize("then", [Then(truncate=25), Then(socket="cut"), Then(body="<html></html>"), Then(body="")])
def test_it_passes_where_the_next_answer_is_whole(set_up: SetUp, path: str, then: Then) -> None:
    """F11: everywhere, sign-in included."""
    rule = Rule(match=Match(path=path, first=2, per="path"), then=then)
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check(quick=False))
    assert ending.code == 0


@pytest.mark.parametrize("fault", ["F12-object", "F12-missing", "F12-null", "F12-text"])
def test_a_list_without_its_value_is_not_an_empty_list(set_up: SetUp, fault: str) -> None:
    """F12: never "0 subscriptions"."""
    ending = hold(stage := set_up(named(fault)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "bad-response", "partial")


@pytest.mark.parametrize("path", ["*/resourcegroups", "*/roleassignments", "*/denyassignments", "*/roleeligibility*"])
@pytest.mark.parametrize("body", ["{}", '{"value": null}', '{"value": {}}', '{"value": [null]}', '{"value": ["x"]}'])
def test_nor_is_any_list_behind_a_subscription(set_up: SetUp, path: str, body: str) -> None:
    """F12: "no role" and "no group" are only what Azure said."""
    rule = Rule(match=Match(path=path), then=Then(body=body))
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check(quick=False))
    assert (ending.code, ending.reason()) == (3, "bad-response")
    (subscription,) = ending.report["subscriptions"]
    assert subscription["resource_groups"] == [] or "resourcegroups" not in path
    assert not subscription["complete"] or path in ("*/resourcegroups", "*/roleeligibility*")  # those raise nothing


def test_a_link_of_the_wrong_shape_is_not_missing(set_up: SetUp) -> None:
    """F12: `{}` is no answer."""
    ending = hold(stage := set_up(named("F12-link")), stage.check())
    assert (ending.code, ending.reason(), ending.target()["link"]["state"]) == (3, "bad-response", "unknown")


def test_a_deleted_link_is_missing(set_up: SetUp) -> None:
    """F12: soft-deleted links may still be shown; the invariants would not hold here, for Azure lies about its own."""
    stage = set_up(named("F12-deleted"), settles=False)
    ending = stage.check()
    assert (ending.code, ending.target()["link"]["state"], ending.target()["status"]) == (1, "missing", "verified")


def test_a_link_deleted_in_truth_is_created_again(set_up: SetUp) -> None:
    """F12: with a PUT, for there is nothing to replace."""
    stage = set_up(estate=estate(1, deleted_links_shown=True))
    stage.azure.store_link(tenant_id(1), object_id(1), Link(partner_id=PARTNER, state="Deleted", version=2))
    ending = hold(stage, stage.apply())
    assert ending.code == 0
    assert [one.method for one in ending.log if one.method in ("PUT", "PATCH")] == ["PUT"]


def test_the_link_of_somebody_else_is_not_believed(set_up: SetUp) -> None:
    """A cache or a proxy that mixes answers up must not make anybody linked."""
    other = {"partnerId": "5127255", "state": "Active", "objectId": "99999999-0b1d-4000-8000-000000000001"}
    rule = Rule(match=Match(method="GET", path="*/partners*"), then=Then(body=json.dumps({"properties": other})))
    stage = set_up([rule], estate=estate(1, link=None))
    assert hold(stage, stage.check()).reason() == "bad-response"


WORDS = [
    "value",
    "nextLink",
    "properties",
    "id",
    "name",
    "state",
    "subscriptionId",
    "tenantId",
    "partnerId",
    "scope",
    "roleDefinitionId",
    "principalId",
    "managedByTenants",
    "subscriptionPolicies",
    "version",
    "createdTime",
    "etag",
    "access_token",
    "expires_in",
    "token_endpoint",
    "error",
    "error_description",
    "tags",
    "location",
    "displayName",
    "error_codes",
    "code",
    "message",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("10000000000000"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=12,
)


@pytest.mark.parametrize("path", [*PLACES, "*/openid-configuration"])
def test_whatever_json_comes_no_run_ends_as_a_bug(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    """F12 for any shape at all: the target is done, or it is said why not."""

    @settings(max_examples=8, deadline=None, database=None)
    @given(
        content=JSON | JSON.map(lambda one: {"value": [one]}) | JSON.map(lambda one: {"properties": one}),
        status=st.sampled_from([200, 200, 200, 400, 401, 403, 409, 500, 302]),
    )
    def any_answer(content: object, status: int) -> None:
        rule = Rule(match=Match(path=path), then=Then(body=json.dumps(content), status=status))
        azure = Azure(estate(1), faults=(rule,))
        stage = Stage(folder=tmp_path_factory.mktemp("any"), azure=azure, adapter=in_process(azure), customers=1)
        assert stage.check(quick=False).code in (0, 1, 3)

    any_answer()


@pytest.mark.parametrize("fault", ["F13-bomb", "F13-deep", "F13-digits"])
def test_absurd_answers_are_refused(set_up: SetUp, fault: str) -> None:
    """F13: a bomb at 32 MiB and at once, absurd nesting and numbers as what is no JSON."""
    ending = hold(stage := set_up(named(fault)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["status"]) == (3, "bad-response", "partial")
    assert len(ending.asked("/subscriptions", number=1)) == (1 if fault == "F13-bomb" else 7)


@pytest.mark.parametrize("length", ["99999999999999999999999", "abc", "-1", "5, 5", "²"])
@pytest.mark.parametrize("path", ["*/partners*", "*/roleassignments"])
def test_a_length_that_makes_no_sense_ends_nothing(set_up: SetUp, path: str, length: str) -> None:
    """F13: what a server says of the size is not worth a crash."""
    rule = Rule(match=Match(path=path), then=Then(headers={"Content-Length": length}))
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check())
    assert ending.code in (0, 3)


@pytest.mark.parametrize("fault", ["F14-host", "F14-http", "F14-loop"])
@pytest.mark.parametrize("path", ["*/partners*", "/subscriptions", "*/token", "*/openid-configuration"])
def test_redirects_are_not_followed(set_up: SetUp, fault: str, path: str) -> None:
    """F14: no token goes anywhere else, and no secret."""
    (rule,) = named(fault)
    ending = hold(stage := set_up([Rule(match=Match(path=path), then=rule.then)]), stage.check())
    assert (ending.code, ending.reason()) == (3, "bad-response")
    assert len(ending.asked(path.strip("*"), number=1)) == 1


@pytest.mark.parametrize(
    "endpoint", ["https://evil.example/token", "http://login.microsoftonline.com/token", "//evil.example", "token"]
)
def test_a_token_endpoint_elsewhere_gets_no_secret(set_up: SetUp, endpoint: str) -> None:
    """F14 for discovery: the secret goes to the configured authority alone."""
    document = json.dumps({"token_endpoint": endpoint, "authorization_endpoint": endpoint, "issuer": "https://x"})
    rule = Rule(match=Match(path="*/openid-configuration"), then=Then(body=document))
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check())
    assert (ending.code, ending.reason()) == (3, "bad-response")
    assert [one.method for one in ending.log] == ["GET"]
