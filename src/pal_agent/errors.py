"""What a person can fix: what is wrong, where, and what to do. Everything else is a bug and exits with 70."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The contract's exit codes."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    REFUSED = 4
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class AgentError(Exception):
    """A fault with a person-sized remedy. `str()` is the whole message; never put a secret in it."""

    exit_code = ExitCode.USAGE

    def __init__(self, what: str, *, where: str | None = None, mend: str | None = None) -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(": ".join(part for part in (where, what) if part) + (f"\n  {mend}" if mend else ""))


class ConfigurationError(AgentError):
    """The configuration can't be used. `where` is `file:line: key`."""


class Refused(AgentError):
    """Going on would be unsafe: nothing was written."""

    exit_code = ExitCode.REFUSED


class HistoryError(AgentError):
    """Recorded runs can't be read or written."""


class SecretError(AgentError):
    """A secret reference that leads nowhere. Makes its target unverified, `credential-invalid`."""
