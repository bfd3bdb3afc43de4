"""How a process gets to Azure and to secrets, from settings alone: the same here and in a worker on another machine."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pal_agent import secrets
from pal_agent.cloud.azure import Azure
from pal_agent.cloud.session import Adapter, Session, trust
from pal_agent.settings import SecretReference, Settings

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter


@contextmanager
def azure_for(settings: Settings, adapter: "BaseAdapter | None" = None) -> Iterator[Azure]:
    """`adapter` stands in for the network (the demo's is the simulated Azure)."""
    _quiet_libraries()
    session = Session(adapter or Adapter(trust(settings.cloud.ca_bundle), settings.jobs))
    try:
        yield Azure(settings.cloud, session)
    finally:
        session.close()


def secret_reader() -> Callable[[SecretReference], str]:
    """Reads a reference where this process runs, when it is needed. What is returned shows nothing of the environment:
    a `partial` would print all of it, wherever an object that holds one is printed."""

    def read(reference: SecretReference) -> str:
        return secrets.resolve(reference, environ=os.environ, keyvault=_read_vault)

    return read


def _read_vault(url: str) -> str:
    """A vault is opened by whoever the agent runs as; the secret in it is used only where the entry names it."""
    from azure.identity import DefaultAzureCredential

    return secrets.keyvault_reader(DefaultAzureCredential())(url)


def _quiet_libraries() -> None:
    """Azure's and MSAL's loggers print URLs, and bodies when asked to: whatever they know reaches us as a `Failure`."""
    for name in ("azure", "msal", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
