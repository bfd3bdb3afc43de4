"""Secret references: read where they say, refused with the place and never the value."""

import logging
import os

import pytest
import responses

from pal_agent import secrets
from pal_agent.errors import SecretError
from pal_agent.settings import SecretReference

CANARY = "hunter2-8Q~canary"
VAULT = "https://v.vault.azure.net"


def in_file(path, content, mode=0o600):
    path.write_bytes(content)
    path.chmod(mode)
    return SecretReference(kind="file", name=str(path))


class Token:
    """What azure-core takes for a credential."""

    def get_token(self, *scopes, **_):
        from azure.core.credentials import AccessToken

        return AccessToken("token", 4_000_000_000)


def test_from_a_variable():
    """As it is."""
    reference = SecretReference(kind="env", name="S")
    assert secrets.resolve(reference, environ={"S": CANARY}) == CANARY
    for environ in ({}, {"S": ""}, {"s": CANARY}):
        with pytest.raises(SecretError, match="env:S: the secret is not set"):
            secrets.resolve(reference, environ=environ)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"x", "x"),
        (b"x\n", "x"),
        (b"x\r\n", "x"),
        (b"x\n\n", "x\n"),
        (b" x ", " x "),
        (b"\xef\xbb\xbfx\n", "x"),
        ("ä€".encode(), "ä€"),
        (b"x\r", "x\r"),
    ],
)
def test_from_a_file(tmp_path, caplog, content, expected):
    """One line break at the end is the editor's, everything else is the secret."""
    assert secrets.resolve(in_file(tmp_path / "s", content), environ={}) == expected
    assert not caplog.records


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (CANARY.encode() + b"\xff", "is not UTF-8"),
        (CANARY.encode() * 5000, "is larger than 64 KiB"),
    ],
)
def test_a_file_without_a_secret(tmp_path, content, message):
    """Told by its path; nothing of it is in the error or in what led to it."""
    with pytest.raises(SecretError, match=message) as caught:
        secrets.resolve(in_file(tmp_path / "s", content), environ={})
    assert str(tmp_path / "s") in str(caught.value)
    assert CANARY not in repr(caught.getrepr(chain=True, style="long", showlocals=False))
    assert caught.value.__context__ is None


def test_a_file_that_cannot_be_read(tmp_path):
    """Missing, a folder, or a pipe that nobody writes to: told at once."""
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        ("no", "No such file"),
        (".", "Is a directory|regular file"),
        ("pipe", "regular"),
        ("a\0", "path"),
    ):
        with pytest.raises(SecretError, match=message):
            secrets.resolve(SecretReference(kind="file", name=str(tmp_path / name)), environ={})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_warned_of(tmp_path, caplog, mode):
    """And used: it is not for the agent to forbid."""
    with caplog.at_level(logging.WARNING, logger="pal_agent"):
        assert secrets.resolve(in_file(tmp_path / "s", CANARY.encode(), mode), environ={}) == CANARY
    assert "chmod 600" in caplog.text
    assert CANARY not in caplog.text


def test_from_a_key_vault():
    """One request to the vault named, signed in as whom we said."""
    challenge = {
        "WWW-Authenticate": 'Bearer authorization="https://login.example/t", resource="https://vault.azure.net"'
    }
    with responses.RequestsMock() as wire:
        wire.get(f"{VAULT}/secrets/name/", status=401, headers=challenge)
        wire.get(f"{VAULT}/secrets/name/", json={"value": CANARY, "id": f"{VAULT}/secrets/name/1"})
        reference = SecretReference(kind="keyvault", name=f"{VAULT}/secrets/name")
        assert secrets.resolve(reference, environ={}, keyvault=secrets.keyvault_reader(Token())) == CANARY
        assert wire.calls[-1].request.headers["Authorization"] == "Bearer token"


def test_a_version_in_a_key_vault_and_a_refusal():
    """The answer's status is told, and what to grant."""
    with responses.RequestsMock() as wire:
        wire.get(f"{VAULT}/secrets/name/7", status=403, json={"error": {"code": "Forbidden", "message": CANARY}})
        reference = SecretReference(kind="keyvault", name=f"{VAULT}/secrets/name/7")
        with pytest.raises(SecretError, match="the vault answered 403") as caught:
            secrets.resolve(reference, environ={}, keyvault=secrets.keyvault_reader(Token()))
    assert "Key Vault Secrets User" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_a_key_vault_without_a_way_to_ask():
    """Said, not tried with some other identity."""
    with pytest.raises(SecretError, match="cannot be asked here"):
        secrets.resolve(SecretReference(kind="keyvault", name=f"{VAULT}/secrets/name"), environ={})
