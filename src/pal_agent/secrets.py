"""Secrets, read where a reference says, as late as can be. A value goes straight to the sign-in: it is never kept,
logged or put into a message."""

import logging
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pal_agent.errors import SecretError
from pal_agent.settings import SecretReference

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

SIZE_LIMIT = 64 * 1024

log = logging.getLogger("pal_agent")


def resolve(
    reference: SecretReference, *, environ: Mapping[str, str], keyvault: Callable[[str], str] | None = None
) -> str:
    """The secret, never empty. `keyvault` takes the secret's URL (see `keyvault_reader`); a reference of that kind
    without it, and any that leads nowhere, raises a SecretError. Warns when others than the owner may read a file."""
    match reference.kind:
        case "env":
            value = environ.get(reference.name, "")
        case "file":
            value = _from_file(Path(reference.name))
        case "keyvault" if keyvault is None:
            mend = "Use env:NAME or file:PATH here."
            raise SecretError("a key vault cannot be asked here", where=str(reference), mend=mend)
        case "keyvault":
            value = keyvault(reference.name)
    if not value:
        missing = "is not set" if reference.kind == "env" else "is empty"
        raise SecretError(
            f"the secret {missing}", where=str(reference), mend="Put the secret there, or name another place."
        )
    return value


def _from_file(path: Path) -> str:
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a usable path"
        mend = "Name a file that exists and may be read."
        raise SecretError(f"the secret cannot be read: {reason}", where=f"file:{path}", mend=mend) from error
    if len(content) > SIZE_LIMIT:
        raise _refused(path, f"is larger than {SIZE_LIMIT // 1024} KiB", "Name the file that holds the secret alone.")
    text = content.decode("utf-8-sig", errors="surrogateescape")
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        # Not by catching the decoder's error: that one carries the secret.
        raise _refused(path, "is not UTF-8 text", "Save the secret as UTF-8.")
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _content(path: Path) -> bytes:
    from pal_agent.credentials import reading

    try:
        stream = reading.opened(path)
    except reading.NotRegularError as error:
        raise _refused(path, "is not a regular file", "Name a file that holds the secret.") from error
    with stream:
        if os.name == "posix" and os.fstat(stream.fileno()).st_mode & (stat.S_IRGRP | stat.S_IROTH):
            log.warning("file:%s holds a secret that others may read; chmod 600 it", path)
        return stream.read(SIZE_LIMIT + 1)


def _refused(path: Path, what: str, mend: str) -> SecretError:
    return SecretError(f"the secret's file {what}", where=f"file:{path}", mend=mend)


def keyvault_reader(credential: "TokenCredential", **options: Any) -> Callable[[str], str]:
    """A `keyvault` for `resolve` that signs in as `credential`. `options` go to `SecretClient` (`transport`, say)."""

    def read(url: str) -> str:
        try:
            from azure.keyvault.secrets import SecretClient
        except ModuleNotFoundError as error:
            mend = "Install it with: pip install 'pal-agent[keyvault]'"
            raise SecretError("needs the package azure-keyvault-secrets", where=f"keyvault:{url}", mend=mend) from error
        from azure.core.exceptions import AzureError

        vault, name, version = _parts(url)
        try:
            with SecretClient(vault_url=vault, credential=credential, **options) as client:
                return client.get_secret(name, version).value or ""
        except AzureError as error:
            status = getattr(error, "status_code", None)
            reason = f"the vault answered {status}" if status else "the vault could not be asked"
            mend = "The signed-in identity needs to get secrets there (role Key Vault Secrets User)."
            raise SecretError(reason, where=f"keyvault:{url}", mend=mend) from error

    return read


def _parts(url: str) -> tuple[str, str, str | None]:
    """`https://VAULT/secrets/NAME[/VERSION]`, as the configuration made sure."""
    split = urlsplit(url)
    _, _, name, *version = split.path.split("/")
    return f"{split.scheme}://{split.netloc}", name, version[0] if version else None
