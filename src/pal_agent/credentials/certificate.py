"""`certificate`: a JWT assertion signed with the certificate's key, which is loaded once for all its tenants.

azure-identity's own CertificateCredential parses the key anew for every tenant (95 ms each) and asks for discovery
besides; the assertion is the documented alternative (learn.microsoft.com, "certificate credentials", 2025-06).
"""

import base64
import hashlib
import time
import uuid
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import jwt
from azure.core.credentials import TokenCredential
from azure.identity import ClientAssertionCredential
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from pal_agent.credentials import Place, reading
from pal_agent.errors import SecretError
from pal_agent.settings import Certificate

LIFE = 600  # seconds for which Entra accepts one assertion


@dataclass(frozen=True)
class Signer:
    """A private key and the thumbprint of its certificate."""

    key: RSAPrivateKey
    thumbprint: str

    def assertion(self, *, client_id: str, audience: str) -> str:
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid.uuid4()),
            "nbf": now - 60,
            "iat": now,
            "exp": now + LIFE,
        }
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"x5t": self.thumbprint})


def credential(auth: Certificate, place: Place) -> TokenCredential:
    password = place.secret(auth.password) if auth.password else None
    signer = _signer(auth.path, password, _changed(auth.path))
    audience = f"{place.azure.cloud.authority}/{place.tenant_id}/oauth2/v2.0/token"
    return ClientAssertionCredential(
        place.tenant_id,
        place.client_id,
        lambda: signer.assertion(client_id=place.client_id, audience=audience),
        **place.options(),
    )


def ends(path: Path, password: str | None = None) -> date:
    """The day on which the certificate itself ends, in UTC. Raises SecretError."""
    return _certificate(path, _read(path), password).not_valid_after_utc.date()


@lru_cache(maxsize=64)
def _signer(path: Path, password: str | None, changed: int) -> Signer:
    content = _read(path)
    certificate = _certificate(path, content, password)
    key = _key(path, content, password)
    digest = hashlib.sha1(certificate.public_bytes(Encoding.DER), usedforsecurity=False).digest()
    return Signer(key, base64.urlsafe_b64encode(digest).decode().rstrip("="))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise _unreadable(path, error.strerror or "it can't be read") from error


def _read(path: Path) -> bytes:
    try:
        return reading.content(path)
    except OSError as error:
        raise _unreadable(path, error.strerror or "it can't be read") from error


def _certificate(path: Path, content: bytes, password: str | None) -> x509.Certificate:
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        certificate = pkcs12.load_key_and_certificates(content, _bytes(password))[1]
    except ValueError as error:
        raise _unreadable(path, "it holds no certificate in PEM or PKCS #12, or the password is wrong") from error
    if certificate is None:
        raise _unreadable(path, "it holds no certificate")
    return certificate


def _key(path: Path, content: bytes, password: str | None) -> RSAPrivateKey:
    try:
        if b"-----BEGIN" in content:
            key: object = load_pem_private_key(content, _bytes(password))
        else:
            key = pkcs12.load_key_and_certificates(content, _bytes(password))[0]
    except (ValueError, TypeError) as error:
        raise _unreadable(path, "its private key can't be read; is the password right?") from error
    if not isinstance(key, RSAPrivateKey):
        raise _unreadable(path, "it holds no RSA private key")
    return key


def _bytes(password: str | None) -> bytes | None:
    return password.encode() if password else None


def _unreadable(path: Path, why: str) -> SecretError:
    return SecretError(f"the certificate can't be used: {why}", where=str(path))
