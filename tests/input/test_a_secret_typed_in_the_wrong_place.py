"""X07: no option takes a secret, so none stands in a process list; and what was typed is not repeated."""

import pytest

from pal_agent.cli import SUMMARIES, group
from pal_agent.cli.ending import ended

TYPED = "hunter2-8Q~canary"
NAMES = ("--client-secret", "--secret", "--password", "--token", "--certificate-password")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", ["", *SUMMARIES])
def test_an_option_that_would_take_a_secret_does_not_exist(
    command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused with 2, before or after the command's name, joined or apart, and without the value."""
    for typed in ([name, TYPED], [f"{name}={TYPED}"]):
        words = [command, *typed] if command else [*typed, "check"]
        assert ended(lambda words=words: group.main(words, prog_name="pal-agent", standalone_mode=False)) == 2
        said = capsys.readouterr()
        assert TYPED not in said.out + said.err
        assert name in said.err
