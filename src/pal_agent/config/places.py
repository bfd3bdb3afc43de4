"""Where configuration and state are."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pal_agent.errors import ConfigurationError

USUAL = (Path("config/pal-agent.yaml"), Path("pal-agent.yaml"))
VARIABLE = "PAL_AGENT_CONFIG"


def find(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The configuration file: the one named, else the first usual one, else what PAL_AGENT_CONFIG says."""
    if option is not None:
        return _existing(option, "--config")
    for usual in USUAL:
        if usual.is_file():
            return usual
    if named := environ.get(VARIABLE):
        return _existing(Path(named), VARIABLE)
    looked = " or ".join(map(str, USUAL))
    mend = f"Name one with --config or {VARIABLE}, or write one with `pal-agent init`."
    raise ConfigurationError(f"no configuration file: there is no {looked} here", mend=mend)


def _existing(path: Path, said_by: str) -> Path:
    # A pipe (`--config <(generate)`) is as good as a file.
    if path.exists() and not path.is_dir():
        return path
    what = "is a directory" if path.is_dir() else "no such file"
    raise ConfigurationError(what, where=str(path), mend=f"{said_by} must name the configuration file.")


def state_directory(source: Path) -> Path:
    """Where lock and journal are when no history is kept: the same place for the same configuration."""
    import platformdirs

    name = hashlib.sha256(bytes(source.absolute())).hexdigest()[:12]
    home = platformdirs.user_state_path("pal-agent")
    if not home.is_absolute():  # without HOME, and without a home directory for the user
        home = Path(tempfile.gettempdir()) / "pal-agent"
    return home / name
