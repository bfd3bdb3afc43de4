"""A configuration file: it loads, or is refused in words that repeat nothing of it but keys."""

import tempfile
from contextlib import suppress
from pathlib import Path

from pal_agent import config
from pal_agent.errors import ConfigurationError

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
FILE = FOLDER / "pal-agent.yaml"


def one(data: bytes) -> None:
    FILE.write_bytes(data)
    with suppress(ConfigurationError):
        settings = config.load(FILE)
        assert [target.key for target in settings.targets()] == sorted(target.key for target in settings.targets())
        repr(settings)
