"""Configuration, secrets' files, exceptions, history and clock."""

import datetime as dt
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pal_agent.doctor.configuration import clock
from pal_agent.errors import ConfigurationError
from pal_agent.sim.state import Azure
from tests.doctor.conftest import ESTATE, Surgery, tenant

EXCEPTION = """\
exceptions:
  - {{finding: role-not-eligible, scope: "*", reason: read-only, owner: delivery@example.com, expires: {day}}}
"""


def test_what_was_loaded_is_said(surgery: Surgery) -> None:
    (check,) = surgery.finds(tenant(1), tenant(2)).machine("configuration")
    assert str(surgery.folder / "pal-agent.yaml") in check["said"]
    assert "1 credential, 2 targets" in check["said"]


def test_a_wrong_configuration_sends_nothing(surgery: Surgery) -> None:
    surgery.also = "unknown: 1\n"
    with pytest.raises(ConfigurationError, match="unknown"):
        surgery.says(tenant(1))
    assert not surgery.azure.log


@pytest.mark.parametrize(("mode", "outcome"), [(0o600, "ok"), (0o640, "warning"), (0o604, "warning")])
def test_a_secret_that_others_may_read_is_a_warning(surgery: Surgery, mode: int, outcome: str) -> None:
    """Everything works all the same: exit code 0."""
    secret = surgery.folder / "the secret"
    secret.write_text("simulated-secret")
    secret.chmod(mode)
    found = surgery.finds(tenant(1), auth="{kind: client-secret, secret: 'file:the secret'}")
    (check,) = found.machine("secret-file")
    assert (found.code, check["outcome"]) == (0, outcome)
    assert check["mend"] == ([f"$ chmod 600 '{secret}'"] if outcome == "warning" else [])


@pytest.mark.parametrize(("days", "outcome"), [(-1, "warning"), (0, "ok"), (1, "ok")])
def test_an_exception_past_its_date_is_a_warning(surgery: Surgery, days: int, outcome: str) -> None:
    """The day itself is still covered."""
    today = dt.datetime.now(dt.UTC).date()
    surgery.also = EXCEPTION.format(day=today + dt.timedelta(days=days))
    (check,) = surgery.finds(tenant(1)).machine("exception")
    assert check["outcome"] == outcome


def test_a_history_that_cannot_be_used_is_a_warning(surgery: Surgery) -> None:
    """It says what that costs, and leaves the file alone."""
    path = surgery.folder / "notes.txt"
    path.write_text("not a database at all, just notes")
    surgery.also = "history: {path: notes.txt}\n"
    found = surgery.finds(tenant(1))
    (check,) = found.machine("history")
    assert (found.code, check["outcome"]) == (0, "warning")
    assert "not recorded" in check["cost"]
    assert path.read_text() == "not a database at all, just notes"


def test_a_history_that_cannot_be_made_is_a_warning(surgery: Surgery) -> None:
    """Here because a file stands where its folder should be."""
    (surgery.folder / "state").write_text("")
    surgery.also = "history: {path: state/history.db}\n"
    (check,) = surgery.finds(tenant(1)).machine("history")
    assert check["outcome"] == "warning"
    assert str(surgery.folder / "state") in check["said"]


@pytest.mark.parametrize(
    ("skew", "outcome"), [(0.0, "ok"), (299.0, "ok"), (-299.0, "ok"), (301.0, "warning"), (-301.0, "warning")]
)
def test_beyond_five_minutes_a_clock_is_a_warning(skew: float, outcome: str) -> None:
    """Either way, and the largest of all targets' counts."""
    assert clock([0.0, None, skew]).outcome == outcome


def test_a_clock_that_was_never_compared_is_not_called_right() -> None:
    assert "not compared" in clock([None]).said


def test_a_wrong_clock_is_found_even_when_sign_in_fails(surgery: Surgery, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused sign-in may be the clock's doing, so then it is asked for by itself."""
    monkeypatch.setenv("DOCTOR_SECRET", "wrong")
    surgery.azure = Azure(ESTATE, clock=lambda: time.time() + 1800)
    found = surgery.finds(tenant(1))
    (check,) = found.machine("clock")
    assert (found.code, check["outcome"]) == (3, "warning")
    assert "30 minutes behind" in check["said"]


@pytest.mark.parametrize(("days", "outcome"), [(30, "warning"), (31, "ok")])
def test_an_end_within_thirty_days_is_a_warning(surgery: Surgery, days: int, outcome: str) -> None:
    """Of a secret the configuration tells it."""
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    surgery.also = f"    expires: {day}\n"
    found = surgery.finds(tenant(1))
    assert (found.code, found.one("expiry")["outcome"]) == (0, outcome)


def test_a_certificate_tells_its_end_by_itself(surgery: Surgery) -> None:
    """It signs in, and is warned of."""
    pem = surgery.folder / "agent.pem"
    pem.write_bytes(certificate(days=10))
    found = surgery.finds(tenant(1), auth="{kind: certificate, path: agent.pem}")
    assert found.code == 0
    assert found.one("sign-in")["outcome"] == "ok"
    assert found.one("expiry")["outcome"] == "warning"
    assert str(Path("agent.pem")) in found.one("sign-in")["said"]


def certificate(*, days: int) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "agent")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = builder.not_valid_before(now).not_valid_after(now + dt.timedelta(days=days)).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + made.public_bytes(Encoding.PEM)
