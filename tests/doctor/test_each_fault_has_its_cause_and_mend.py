"""Whatever goes wrong, doctor says why, what it costs, and what to type."""

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from pal_agent.doctor import Outcome
from pal_agent.doctor.advice import ADVICE, CLOCK, DELEGATED, ENDING, NO_SUBSCRIPTION, PRESENTED
from pal_agent.doctor.diagnosis import Circumstances, diagnose
from pal_agent.doctor.examination import Examination
from pal_agent.doctor.reads import BEHIND
from pal_agent.doctor.wording import advise, fill, known_words
from pal_agent.model import Code, Missing, Reason, Target, TargetFacts
from pal_agent.settings import Auth, AzureCli, Certificate, ClientSecret, Cloud, Federated, ManagedIdentity
from pal_agent.settings import SecretReference as Reference
from pal_agent.sim.faults import Match, Rule, Then
from tests.doctor.conftest import APP, Surgery, tenant

OBJECT = "99999999-0b1d-4000-8000-000000000009"
SUBSCRIPTION = "99999999-5b5c-4000-8000-000000000009"
AWKWARD = Target(credential="a b; rm -rf {x}", tenant_id=tenant(1), client_id=APP, expected_partner_id="5127255")
KINDS: list[Auth] = [
    ClientSecret(secret=Reference(kind="env", name="NAME")),
    Certificate(path=Path("/keys/agent.pem")),
    Federated(token="github"),
    ManagedIdentity(),
    AzureCli(),
]


def words(auth: Auth) -> dict[str, str]:
    scope = f"/subscriptions/{SUBSCRIPTION}"
    return known_words(AWKWARD, auth, Cloud(), object_id=OBJECT, scope=scope, namespace="Microsoft.Authorization")


def test_every_code_has_an_advice() -> None:
    """A code added to the contract can't be forgotten here."""
    assert set(ADVICE) == set(Code)
    assert set(PRESENTED) == {type(kind) for kind in KINDS}


@pytest.mark.parametrize("auth", KINDS, ids=lambda auth: type(auth).__name__)
@pytest.mark.parametrize("code", Code)
def test_every_advice_can_be_typed_as_it_stands(code: Code, auth: Auth) -> None:
    """Nothing is left to fill in that is known, and each command is one line that a shell takes, whatever the names."""
    advice = advise(code, auth, words(auth))
    assert advice.cause
    assert advice.steps
    for step in advice.steps:
        assert "{" not in step.replace(AWKWARD.label, "").replace("%{time_total}", "")
        assert not re.search(r"CLIENT_ID|OBJECT_ID|SUBSCRIPTION_ID", step)
        if step.startswith("$ "):
            assert shlex.split(step)[1] in {"az", "curl", "pal-agent"}
            assert ";" not in step or f"'{AWKWARD.label}'" in step


@pytest.mark.parametrize("advice", [DELEGATED, NO_SUBSCRIPTION, ENDING, CLOCK])
def test_the_other_advice_can_be_filled_in_too(advice: object) -> None:
    filled = fill(advice, words(KINDS[0]))  # type: ignore[arg-type]
    assert not any("{" in step for step in filled.steps)


SIGN_IN = [
    (2, "aaaaaaaa-0000-4000-8000-000000000002", Code.CREDENTIAL_EXPIRED, "az ad app credential reset --id"),
    (3, APP, Code.APP_NOT_IN_TENANT, f"az ad sp create --id {APP}"),
    (4, APP, Code.PRINCIPAL_DISABLED, f"az ad sp update --id {APP}"),
    (5, APP, Code.BLOCKED_BY_POLICY, "conditionalAccess/policies"),
    (99, APP, Code.TENANT_NOT_FOUND, "openid-configuration"),
]


@pytest.mark.parametrize(("number", "client_id", "code", "command"), SIGN_IN)
def test_a_refused_sign_in_says_what_to_type(
    surgery: Surgery, number: int, client_id: str, code: Code, command: str
) -> None:
    """By the reason that Entra gave; then nothing else is tried, and the exit code is 3."""
    where = tenant(number)[-36:] if number < 10 else "99999999-0000-4000-8000-000000000000"
    found = surgery.finds(where, client_id=client_id)
    assert (found.code, found.failed()) == (3, ["sign-in"])
    check = found.one("sign-in")
    assert check["reason"]["code"] == code
    assert "unverified" in check["cost"]
    assert any(command in step for step in check["mend"])


def test_a_wrong_secret_is_named_by_its_place_and_never_shown(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCTOR_SECRET", "not-the-secret")
    code, text = surgery.says(tenant(1))
    assert code == 3
    assert "credential-invalid" in text
    assert "env:DOCTOR_SECRET" in text
    assert "not-the-secret" not in text


def test_an_unreachable_azure_is_a_matter_of_names_proxies_and_trust() -> None:
    """Both hosts are tried by hand; the mend names what is set where."""
    reason = Reason(code=Code.UNREACHABLE, message="The server's certificate is not trusted.")
    facts = TargetFacts(
        target=AWKWARD, object_id=OBJECT, link=Missing(reason=reason), subscriptions=Missing(reason=reason)
    )
    around = Circumstances(auth=KINDS[0], cloud=Cloud(), today=date(2026, 11, 4))
    diagnosis = diagnose(Examination(facts=facts, listed=0), around)
    failed = [check for check in diagnosis.checks if check.outcome is Outcome.FAILED]
    assert [check.name for check in failed] == ["link", "subscriptions"]
    for check in failed:
        mend = " ".join(check.advice.steps if check.advice else ())
        assert all(word in mend for word in (Cloud().authority, Cloud().resource_manager, "HTTPS_PROXY", "ca_bundle"))


CLOSED = ["groups", "assignments", "time_bound", "eligible", "deny"]


def test_each_missing_permission_says_what_it_costs(surgery: Surgery) -> None:
    """And the command that grants it names the very principal and subscription."""
    found = surgery.finds(tenant(6))
    assert (found.code, found.failed()) == (3, CLOSED)
    for name in CLOSED:
        check = found.one(name)
        assert check["cost"] == BEHIND[name].cost
        assert check["subscriptions"] == ["Vault (60000000-5b5c-4000-8000-000000000001)"]
        assert check["mend"][-1].endswith(
            "--assignee-object-id 60000000-0b1d-4000-8000-000000000000 --assignee-principal-type ServicePrincipal"
            " --role 'Support Request Contributor' --scope /subscriptions/60000000-5b5c-4000-8000-000000000001"
        )


def test_a_delegation_that_cannot_be_read_is_for_the_customer_to_mend(surgery: Surgery) -> None:
    """A role assignment can't open what Lighthouse delegates."""
    check = surgery.finds(tenant(9)).one("authorizations")
    assert (check["outcome"], check["reason"]["code"]) == ("failed", "forbidden")
    assert "az role assignment create" not in " ".join(check["mend"])


def test_a_tenant_without_roles_is_a_warning(surgery: Surgery) -> None:
    """Everything that was asked was answered: exit code 0, and the command that grants a first role."""
    found = surgery.finds(tenant(8))
    assert found.code == 0
    assert found.one("subscriptions")["outcome"] == "warning"
    assert "--assignee-object-id 80000000-0b1d-4000-8000-000000000000" in found.one("subscriptions")["mend"][-1]


def test_one_reason_in_many_tenants_is_told_once(surgery: Surgery) -> None:
    """An expired secret needs one new secret, however many customers it is for."""
    client_id = "aaaaaaaa-0000-4000-8000-000000000002"
    code, text = surgery.says(*(tenant(n) for n in (2,)), client_id=client_id)
    assert (code, text.count("az ad app credential reset")) == (3, 1)
    surgery.misbehaving(
        Rule(
            match=Match(host="login*", method="POST"),
            then=Then(status=401, body='{"error":"invalid_client","error_description":"AADSTS7000222: expired."}'),
        )
    )
    code, text = surgery.says(*(tenant(n) for n in (1, 4, 6, 7)))
    assert (code, text.count("az ad app credential reset")) == (3, 1)
    assert "one in 4 tenants" in text
    assert "4 of 4 targets" in text
