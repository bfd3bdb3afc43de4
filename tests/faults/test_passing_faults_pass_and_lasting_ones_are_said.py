"""F06, F07, F15 to F18: errors, lost answers, refused tokens, and what other 4xx mean."""

import json
import re

import pytest

from pal_agent.model import Code
from pal_agent.sim.fault_catalogue import named
from pal_agent.sim.faults import Match, Rule, Then, Token
from tests.faults.conftest import SetUp
from tests.faults.echo import Echo, Watched
from tests.faults.promises import hold
from tests.faults.rehearsal import OTHER, PARTNER, estate, object_id, secret, tenant_id

NOT_LINKED = '{"error": {"code": "ManagementPartnerNotFound", "message": "Not linked"}}'


@pytest.mark.parametrize("fault", ["F06-500", "F06-502", "F06-503", "F06-504", "F06-408"])
def test_six_errors_in_a_row_pass(set_up: SetUp, fault: str) -> None:
    """F06: the seventh try is still made."""
    ending = hold(stage := set_up(named(fault)), stage.check())
    assert ending.code == 0
    assert len(ending.asked("/partners", number=1)) == 7


def test_the_seventh_error_is_told_with_its_correlation_id(set_up: SetUp) -> None:
    """F06: status and correlation ID are what Microsoft's support asks for."""
    ending = hold(stage := set_up(named("F06-always")), stage.check())
    reason = ending.target()["reason"]
    assert (ending.code, reason["code"], reason["status"]) == (3, "unavailable", 503)
    assert re.search(r"correlation ID [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", reason["message"])
    assert len(ending.asked("/partners", number=1)) == 7


def test_discovery_that_fails_is_asked_again_and_never_remembered(set_up: SetUp) -> None:
    """F06 at sign-in: a 500 or a 429 of the discovery document stands for nothing."""
    path = "*/openid-configuration"
    rules = [
        Rule(match=Match(path=path, nth=1, per="path"), then=Then(status=500)),
        Rule(match=Match(path=path, nth=1, per="path"), then=Then(status=429)),
    ]
    ending = hold(stage := set_up(rules), stage.check())
    assert ending.code == 0
    assert len(ending.asked("openid-configuration", number=1)) == 3


def test_discovery_is_asked_once_for_a_tenant(set_up: SetUp) -> None:
    """What discovery told is kept for the run; signing in again does not ask for it again."""
    ending = hold(stage := set_up(named("F15-once")), stage.check())
    assert len(ending.asked("/token", number=1)) == 2
    assert len(ending.asked("openid-configuration", number=1)) == 1


@pytest.mark.parametrize(("fault", "puts"), [("F07-before", 2), ("F07-after", 1)])
def test_a_put_whose_answer_was_lost_is_read_back(set_up: SetUp, fault: str, puts: int) -> None:
    """F07: the link stands, with no more PUTs than needed, and is reported once."""
    stage = set_up(named(fault), estate=estate(link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 0
    assert len(ending.asked(method="PUT", number=1)) == puts
    assert [outcome.writes for outcome in ending.outcomes] == [puts, puts]
    assert ending.links[tenant_id(1), object_id(1)] == PARTNER


@pytest.mark.parametrize("status", [500, 503])
def test_a_write_that_failed_after_it_was_applied_is_no_failure(set_up: SetUp, status: int) -> None:
    """F07 with an error in place of the reset: what counts is what is read."""
    rule = Rule(match=Match(method="PUT", first=1, per="path"), then=Then(status=status, applied=True))
    stage = set_up([rule], estate=estate(link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 0
    assert len(ending.asked(method="PUT", number=1)) == 1


def test_a_link_that_does_not_read_back_is_no_success(set_up: SetUp) -> None:
    """Azure says 200 to the PUT and still shows no link: failed, after two writes."""
    rule = Rule(match=Match(method="PUT"), then=Then(body="{}"))
    stage = set_up([rule], estate=estate(1, link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 1
    assert ending.outcomes[0].failed is not None
    assert ending.links == {}
    assert len(ending.asked(method="PUT")) <= 2


def test_a_link_that_cannot_be_read_back_is_unknown(set_up: SetUp) -> None:
    """The write went out, the reading fails: nothing is reported linked."""
    rule = Rule(match=Match(method="GET", path="*/partners*", after=1), then=Then(status=500))
    stage = set_up([rule], estate=estate(1, link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 3
    assert ending.target()["link"]["state"] == "unknown"
    assert len(ending.asked(method="PUT")) == 1


@pytest.mark.parametrize("fault", ["F15-once", "F15-claims"])
def test_a_token_refused_in_mid_run_is_renewed_once(set_up: SetUp, fault: str) -> None:
    """F15: one fresh token, one replay."""
    ending = hold(stage := set_up(named(fault)), stage.check())
    assert ending.code == 0
    assert len(ending.asked("/token", number=1)) == 2
    assert len(ending.asked("/partners", number=1)) == 2


def test_the_claims_of_a_challenge_are_sent_with_the_new_sign_in(set_up: SetUp) -> None:
    """F15: without them Entra would hand out the token that was just refused."""
    stage = set_up(named("F15-claims"), estate=estate(1))
    stage.adapter = watched = Watched(stage.adapter)
    hold(stage, stage.check())
    first, second = watched.forms
    assert "claims" not in first
    assert json.loads(second["claims"][0])["access_token"]["nbf"]["essential"] is True


def test_a_token_refused_again_is_an_invalid_credential(set_up: SetUp) -> None:
    """F15: two requests and two sign-ins, then it is said; no storm, however many calls are refused."""
    everything = [Rule(match=Match(host="management.azure.com"), then=Then(status=401, headers={"Retry-After": "1"}))]
    ending = hold(stage := set_up(everything, estate=estate(1)), stage.check())
    assert (ending.code, ending.reason(), ending.target()["reason"]["status"]) == (3, "credential-invalid", 401)
    assert len(ending.asked("/token")) == 2
    assert 1 <= len(ending.asked("/partners")) <= 2  # the other calls may have found the new token refused already


def test_a_renewed_token_for_somebody_else_is_not_used(set_up: SetUp) -> None:
    """A03 in mid-run: the new token names another principal than the first one."""
    stranger = Token(oid="99999999-0b1d-4000-8000-000000000001")
    rules = [
        Rule(match=Match(method="PUT", first=1), then=Then(status=401)),
        Rule(match=Match(path="*/token", nth=2), then=Then(token=stranger)),
    ]
    stage = set_up(rules, estate=estate(1, link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 1
    assert [outcome.failed and outcome.failed.code for outcome in ending.outcomes] == [Code.WRONG_IDENTITY]
    assert ending.links == {}


def test_nothing_is_registered_to_make_a_read_work(set_up: SetUp) -> None:
    """F16: a provider that is not registered makes its facts unavailable; no POST, no waiting."""
    ending = hold(stage := set_up(named("F16")), stage.check())
    assert (ending.code, ending.reason()) == (3, "unavailable")
    assert {one.method for one in ending.log if not one.path.endswith("/token")} == {"GET"}
    assert len(ending.asked("roleassignments", number=1)) == 1


def test_not_found_means_missing_only_where_azure_says_so(set_up: SetUp) -> None:
    """F17: ManagementPartnerNotFound is an answer."""
    ending = hold(stage := set_up(estate=estate(link=None)), stage.check())
    assert (ending.code, ending.target()["link"]["state"], ending.reason()) == (1, "missing", None)


@pytest.mark.parametrize("path", ["*/partners*", "/subscriptions", "*/resourcegroups", "*/roleassignments"])
def test_any_other_404_is_an_error(set_up: SetUp, path: str) -> None:
    """F17: never "not linked", never "no subscriptions"."""
    rule = Rule(match=Match(path=path), then=Then(status=404, body='{"error": {"code": "NotFound", "message": "No."}}'))
    ending = hold(stage := set_up([rule]), stage.check())
    assert (ending.code, ending.reason(), ending.target()["reason"]["status"]) == (3, "bad-response", 404)


@pytest.mark.parametrize(("status", "code"), [(400, "bad-response"), (403, "forbidden"), (500, "unavailable")])
def test_the_words_of_another_answer_do_not_make_a_link_missing(set_up: SetUp, status: int, code: str) -> None:
    """F17: ManagementPartnerNotFound counts only with its status."""
    rule = Rule(match=Match(path="*/partners*"), then=Then(status=status, body=NOT_LINKED))
    ending = hold(stage := set_up([rule], estate=estate(1)), stage.check())
    assert (ending.code, ending.reason()) == (3, code)


@pytest.mark.parametrize("fault", ["F18-status", "F18-code"])
def test_already_linked_to_us_is_as_desired(set_up: SetUp, fault: str) -> None:
    """F18: refused as a duplicate, read again, found to be ours."""
    stage = set_up(named(fault), estate=estate(link=None))
    ending = hold(stage, stage.apply())
    assert ending.code == 0
    assert len(ending.asked(method="PUT", number=1)) == 1


@pytest.mark.parametrize(("status", "code"), [(409, "Conflict"), (400, "PartnerIdAlreadyLinked")])
def test_another_partner_who_was_quicker_stays(set_up: SetUp, status: int, code: str) -> None:
    """F18: the link appeared between reading and writing. Without --replace it is left, and that is said."""
    body = f'{{"error": {{"code": "{code}", "message": "Already linked"}}}}'
    rules = [
        Rule(match=Match(method="GET", path="*/partners*", first=1), then=Then(status=404, body=NOT_LINKED)),
        Rule(match=Match(method="PUT"), then=Then(status=status, body=body)),
    ]
    stage = set_up(rules, estate=estate(1, link=OTHER))
    ending = hold(stage, stage.apply())
    assert ending.code == 1
    assert ending.links == ending.links_before
    assert len(ending.asked(method="PUT")) == 1
    assert not ending.asked(method="PATCH")


def test_with_replace_the_quicker_one_is_replaced(set_up: SetUp) -> None:
    """F18: decided once, after reading: the PUT becomes a PATCH."""
    rules = [Rule(match=Match(method="GET", path="*/partners*", first=1), then=Then(status=404, body=NOT_LINKED))]
    stage = set_up(rules, estate=estate(1, link=OTHER))
    ending = hold(stage, stage.apply(replace=True))
    assert ending.code == 0
    assert [one.method for one in ending.log if one.method in ("PUT", "PATCH")] == ["PUT", "PATCH"]


@pytest.mark.parametrize("at", range(330, 420, 15))
def test_what_a_server_echoes_shows_no_token(set_up: SetUp, at: int) -> None:
    """I3: wherever in the message it stands, across the point where long messages are cut too."""
    stage = set_up(estate=estate(1), settles=False)
    stage.adapter = Echo(stage.adapter, before="x" * at)
    ending = hold(stage, stage.check())
    assert ending.reason() == "forbidden"
    assert "xxx" in ending.target()["reason"]["message"]


@pytest.mark.parametrize("form", [True, False])
@pytest.mark.parametrize("at", range(330, 420, 15))
def test_what_a_server_echoes_shows_no_secret(set_up: SetUp, at: int, *, form: bool) -> None:
    """I3: decoded or as the form was sent."""
    stage = set_up(estate=estate(1), settles=False)
    stage.adapter = Echo(stage.adapter, before="x" * at, sign_in=True, form=form)
    ending = hold(stage, stage.check())
    assert ending.reason() == "credential-invalid"
    assert "xxx" in ending.target()["reason"]["message"]
    assert secret(1)[:6].encode() not in ending.written
