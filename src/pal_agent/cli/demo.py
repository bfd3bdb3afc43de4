"""`pal-agent demo`: the whole story on a simulated Azure."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from pal_agent.errors import AgentError

if TYPE_CHECKING:
    from pal_agent.sim.adapter import SimulatedAzure

PORT = 8443


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Leave configuration, estate and history there, to play with.",
)
def command(*, keep: Path | None) -> int:
    """Check, plan, apply and check again, on a simulated Azure; no account is needed.

    \b
    Example:  pal-agent demo --keep playground
    """
    with _directory(keep) as directory:
        furnish(directory, for_later=keep is not None)
        _tell(directory / "pal-agent.yaml")
    if keep is not None:
        _invite(keep)
    return 0


def _tell(config: Path) -> None:
    """The story. Exit codes are told, not returned: that the first check finds faults is the point."""
    from pal_agent.cli import apply, check, plan
    from pal_agent.cli.danger import Danger
    from pal_agent.cli.words import Words

    azure = simulated()
    words = Words(config=config)
    careful = Danger(replace=False, remove=False, max_change=None)
    bold = Danger(replace=True, remove=True, max_change=None)
    _chapter(1, "check", "Contoso Cloud looks at all of its credentials: what is linked, what counts, and why not?")
    _ended(check.carry_out(words, (), adapter=azure))
    _chapter(2, "plan", "What would apply change? Nothing of anybody else's, and nothing is removed, unless we say so.")
    _ended(plan.carry_out(words, careful, out=None, output="table", adapter=azure))
    _chapter(3, "apply --yes --replace --remove", "The other partner's ID was a mistake, and Humongous has left us.")
    _ended(apply.carry_out(words, bold, None, yes=True, adapter=azure))
    _chapter(4, "check", "What is left needs a person: a role, a secret, an administrator. Each says what mends it.")
    _ended(check.carry_out(words, (), adapter=azure))


def _chapter(number: int, name: str, text: str) -> None:
    click.echo(f"\n=== {number}. pal-agent {name}\n{text}\n")


def _ended(code: int) -> None:
    click.echo(f"(exit code {code})")


def simulated() -> "SimulatedAzure":
    """The demo's Azure, as it is before anybody has done anything."""
    from pal_agent.sim.adapter import SimulatedAzure
    from pal_agent.sim.estate_file import load_estate
    from pal_agent.sim.estates import demo_estate_path
    from pal_agent.sim.state import Azure

    return SimulatedAzure(Azure(load_estate(demo_estate_path())))


@contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="pal-agent-demo-") as temporary:
            yield Path(temporary)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        is_empty = next(keep.iterdir(), None) is None
    except OSError as error:
        what = f"the folder can't be made: {error.strerror or error}"
        raise AgentError(what, where=str(keep), mend="Name another one: demo --keep DIR") from error
    if not is_empty:
        raise AgentError("the folder is not empty", where=str(keep), mend="Name a new one: demo --keep DIR")
    yield keep


def furnish(directory: Path, *, for_later: bool) -> None:
    """Configuration, estate and secrets. The secrets are simulated, and lie in files as real ones would."""
    from pal_agent.sim.estates import demo_config_path, demo_estate_path, demo_secrets

    config = demo_config_path().read_text(encoding="utf-8")
    (directory / "secrets").mkdir(mode=0o700)
    for name, value in demo_secrets().items():
        secret = directory / "secrets" / name.lower()
        secret.touch(mode=0o600)
        secret.write_text(value, encoding="utf-8")
        config = config.replace(f"env:{name}", f"file:secrets/{name.lower()}")
    (directory / "pal-agent.yaml").write_text(config, encoding="utf-8")
    (directory / "estate.yaml").write_bytes(demo_estate_path().read_bytes())
    if for_later:
        simulated = config.replace("partner:", _cloud_block() + "partner:", 1)
        (directory / "simulated.yaml").write_text(simulated, encoding="utf-8")


def _cloud_block() -> str:
    url = f"https://localhost:{PORT}"
    return (
        f"cloud:   # what `pal-agent simulate` serves\n  authority: {url}\n"
        f"  resource_manager: {url}\n  audience: {url}\n  ca_bundle: ca/ca.pem\n"
    )


def _invite(directory: Path) -> None:
    click.echo(
        f"""
Kept in {directory}: pal-agent.yaml, estate.yaml, secrets/ (simulated ones) and the history. Some things to try:
  pal-agent history -c {directory}/pal-agent.yaml
  pal-agent diff -c {directory}/pal-agent.yaml
  pal-agent simulate --estate {directory}/estate.yaml --port {PORT} --ca-dir {directory}/ca &
  pal-agent check -c {directory}/simulated.yaml"""
    )
