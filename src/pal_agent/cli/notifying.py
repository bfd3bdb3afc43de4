"""Word of a run, sent as the configuration says. What can't be sent is said, and never changes how the run ends."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pal_agent.model import Run
    from pal_agent.notify.word import Word
    from pal_agent.report import Options
    from pal_agent.work import Work


def send_word(work: "Work", run: "Run", options: "Options", word: "Callable[..., Word]") -> None:
    """`word(run, options, link=…)` is asked only when somebody may want to hear it."""
    if not work.settings.notify:
        return
    import os

    from pal_agent import notify
    from pal_agent.cli.working import say
    from pal_agent.notify.job import job_page

    told = word(run, options, link=job_page(os.environ))
    for failure in notify.send(work.settings.notify, told, run, options, secret=work.secret):
        say(f"Warning: {failure}")
