"""Where configuration and state are."""

import hashlib
import os
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
        if os.path.isfile(usual):  # noqa: PTH113 - as below
            return usual
    if named := environ.get(VARIABLE):
        return _existing(Path(named), VARIABLE)
    looked = " or ".join(map(str, USUAL))
    mend = f"Name one with --config or {VARIABLE}, or write one with `pal-agent init`."
    raise ConfigurationError(f"no configuration file: there is no {looked} here", mend=mend)


def _existing(path: Path, said_by: str) -> Path:
    # A pipe (`--config <(generate)`) is as good as a file. os.path says no where pathlib raises: for a name that is too
    # long, or a folder that may not be looked into.
    is_folder = os.path.isdir(path)  # noqa: PTH112
    if os.path.exists(path) and not is_folder:  # noqa: PTH110
        return path
    what = "is a directory" if is_folder else "no such file"
    raise ConfigurationError(what, where=str(path), mend=f"{said_by} must name the configuration file.")


def state_directory(source: Path) -> Path:
    """Where lock and journal are when no history is kept: the same place for the same configuration."""
    import platformdirs

    name = hashlib.sha256(bytes(source.absolute())).hexdigest()[:12]
    home = platformdirs.user_state_path("pal-agent")
    if not home.is_absolute():  # without HOME, and without a home directory for the user
        home = Path(tempfile.gettempdir()) / "pal-agent"
    return home / name
