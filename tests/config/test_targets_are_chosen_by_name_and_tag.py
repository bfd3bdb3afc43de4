"""`--target` and `--tag`: which targets they mean, and what is said when they mean none."""

import pytest

from pal_agent import config
from pal_agent.errors import AgentError, ExitCode

A, B = "aaaaaaaa-0000-0000-0000-000000000000", "bbbbbbbb-0000-0000-0000-000000000000"
GITHUB = "{kind: federated, token: github}"
TEXT = f"""\
version: 1
partner: {{id: "5127255"}}
credentials:
- {{name: Fabrikam, tenants: [{A}, {B}], client_id: {A}, auth: {GITHUB}, tags: {{region: emea, tier: "1"}}}}
- {{name: "contoso [old]", tenant: {A}, client_id: {B}, auth: {GITHUB}, tags: {{region: emea}}}}
- {{name: plain, tenant: {B}, auth: {{kind: azure-cli}}}}
"""
ALL = [f"contoso [old]@{A}", f"Fabrikam@{A}", f"Fabrikam@{B}", f"plain@{B}"]
CASES = {
    "nothing said": ((), (), ALL),
    "a credential, in any case": (("FABRIKAM",), (), ALL[1:3]),
    "a target": ((f"fabrikam@{B}",), (), ALL[2:3]),
    "a glob over credentials": (("*a*",), (), ALL),
    "a glob over tenants": (("*@bbbb*",), (), ALL[2:]),
    "either of two": (("plain", "contoso*"), (), [ALL[0], ALL[3]]),
    "a name with brackets in full": (("contoso [old]",), (), ALL[:1]),
    "a tag": ((), ("region=emea",), ALL[:3]),
    "two tags": ((), ("region=emea", "tier=1"), ALL[1:3]),
    "name and tag": (("*@aaaa*",), ("tier=1",), ALL[1:2]),
}
NOTHING = {
    "a name that is not there": (("fabricam",), (), "--target 'fabricam' matches nothing", ALL[0]),
    "one of two that is not there": (("plain", "x"), (), "--target 'x' matches nothing", ALL[0]),
    "an empty name": (("",), (), "--target '' matches nothing", ALL[0]),
    "a tag that is not there": ((), ("region=us",), "no target has every --tag", "region=emea, tier=1"),
    "a tag without a value": ((), ("region",), "--tag must be K=V", ""),
    "a tag without a name": ((), ("=emea",), "--tag must be K=V", ""),
}


@pytest.mark.parametrize(("targets", "tags", "expected"), CASES.values(), ids=CASES)
def test_chosen(written, targets, tags, expected):
    """In report order, each once."""
    settings = config.load(written(TEXT))
    assert [target.label for target in config.choose(settings, targets=targets, tags=tags)] == expected


@pytest.mark.parametrize(("targets", "tags", "what", "exists"), NOTHING.values(), ids=NOTHING)
def test_a_choice_of_nothing_is_a_usage_error(written, targets, tags, what, exists):
    """That tells what there is."""
    settings = config.load(written(TEXT))
    with pytest.raises(AgentError) as caught:
        config.choose(settings, targets=targets, tags=tags)
    assert caught.value.exit_code == ExitCode.USAGE
    assert what in str(caught.value)
    assert exists in str(caught.value)
