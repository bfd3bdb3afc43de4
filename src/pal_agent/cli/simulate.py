"""`simulate`: the simulated Azure for rehearsals and other clients."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pal_agent.sim.estate import Estate
    from pal_agent.sim.faults import Rule
    from pal_agent.sim.server import Server


@click.command(epilog="Example:  pal-agent simulate --port 8443 --ca-dir /tmp/simulated")
@click.option("--estate", type=click.Path(path_type=Path), metavar="FILE", help="What exists there; default: the demo.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="On 127.0.0.1.")
@click.option("--ca-dir", type=click.Path(path_type=Path), metavar="DIR", help="Keep the throwaway CA here.")
@click.option("--latency", type=click.FloatRange(0, 60), metavar="SECONDS", help="Wait before every answer.")
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME", help="Misbehave, as sim/fault_catalogue.yaml names it."
)
def command(estate: Path | None, port: int, ca_dir: Path | None, latency: float | None, faults: tuple[str, ...]) -> int:
    """Serve a simulated Azure over HTTPS on 127.0.0.1 until interrupted.

    Prints the `cloud:` block to paste into a configuration. Nothing here reaches the real Azure.
    """
    from dataclasses import replace

    from pal_agent.sim.server import serve
    from pal_agent.sim.state import Azure

    known = _estate(estate)
    if latency is not None:
        known = replace(known, latency=latency)
    stopped = _Stopped()
    try:
        with serve(Azure(known, faults=_rules(faults)), port=port, directory=ca_dir) as server:
            _introduce(server)
            return 128 + stopped.wait()
    except OSError as error:
        raise click.ClickException(f"can't serve on port {port}: {error}") from error


class _Stopped:
    """Waits for SIGINT or SIGTERM, from the moment it is made."""

    def __init__(self) -> None:
        self._signal = 0
        self._came = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def wait(self) -> int:
        self._came.wait()
        return self._signal

    def _note(self, number: int, _: object) -> None:
        self._signal = number
        self._came.set()


def _estate(path: Path | None) -> "Estate":
    from pal_agent.sim.estate_file import EstateError, load_estate
    from pal_agent.sim.estates import demo_estate_path

    try:
        return load_estate(path or demo_estate_path())
    except EstateError as error:
        raise click.UsageError(str(error)) from error


def _rules(names: tuple[str, ...]) -> "tuple[Rule, ...]":
    from pal_agent.sim.fault_catalogue import fault_names, named

    for name in names:
        if name not in fault_names():
            raise click.UsageError(f"there is no fault {name!r}; there are: {', '.join(fault_names())}")
    return named(*names)


def _introduce(server: "Server") -> None:
    ca = server.ca_path.resolve()
    click.echo(
        f"cloud:\n"
        f"  authority: {server.url}\n"
        f"  resource_manager: {server.url}\n"
        f"  audience: {server.url}\n"
        f"  ca_bundle: {ca}\n"
        f"# For az: export REQUESTS_CA_BUNDLE={ca} AZURE_CORE_INSTANCE_DISCOVERY=false; "
        f"az cloud register -n simulated --endpoint-resource-manager {server.url}; az cloud set -n simulated"
    )
