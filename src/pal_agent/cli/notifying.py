"""Word of a run, sent as the configuration says. What can't be sent is said, and never changes how the run ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pal_agent.model import Outcome, Run
    from pal_agent.notify.word import Word
    from pal_agent.report import Options
    from pal_agent.work import Work


def send_word(work: "Work", run: "Run", options: "Options", outcomes: "Sequence[Outcome] | None" = None) -> None:
    """Of a check, or of an apply by its `outcomes`."""
    if not work.settings.notify:
        return
    from pal_agent import notify
    from pal_agent.cli.working import say

    for failure in notify.send(work.settings.notify, _word(run, options, outcomes), run, options, secret=work.secret):
        say(f"Warning: {failure}")


def _word(run: "Run", options: "Options", outcomes: "Sequence[Outcome] | None") -> "Word":
    import os

    from pal_agent.notify.job import job_page
    from pal_agent.notify.word import word_of_apply, word_of_check

    link = job_page(os.environ)
    if outcomes is None:
        return word_of_check(run, options, link=link)
    return word_of_apply(run, options, outcomes=outcomes, link=link)
