"""Signed assertions in place of a secret: which certificate they name. Signatures are not verified."""

import base64
import binascii

from pal_agent.sim.estate import App
from pal_agent.sim.tokens import part_of, payload_of


def is_registered(assertion: str, app: App) -> bool:
    """Whether the assertion is a JWT that the app may sign in with.

    A certificate is named in the header by its thumbprint, SHA-1 (x5t) or SHA-256 (x5t#S256). Without registered
    thumbprints any assertion is taken, a federated one with a subject of its own too.
    """
    try:
        header, claims = part_of(assertion, 0), payload_of(assertion)
        named = {_hex(header[key]) for key in ("x5t", "x5t#S256") if key in header}
    except (ValueError, binascii.Error, TypeError):
        return False
    if not app.thumbprints:
        return "iss" in claims
    return bool(named & {thumbprint.replace(":", "").lower() for thumbprint in app.thumbprints})


def _hex(thumbprint: str) -> str:
    return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex()
