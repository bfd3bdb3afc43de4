"""What is told of a run, and who wants to hear it: the answer, what changed, the worst findings. Short, and pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pal_agent.compare.joined import joined
from pal_agent.model import Action, Finding, Outcome, Run, Severity
from pal_agent.report import Options
from pal_agent.report._answer import answer, many
from pal_agent.report._since import changes
from pal_agent.report.clean import clean
from pal_agent.report.markdown import plain
from pal_agent.report.masking import masked

Mood = Literal["success", "info", "warning", "failure"]
When = Literal["changed", "always", "wrong"]

FINDINGS = 5
LINE = 300  # characters
_MOODS: dict[str, Mood] = {"well": "success", "warned": "warning", "wrong": "failure", "incomplete": "warning"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """`changes` and `findings` are lines with hostile names cleaned, not escaped for any service. `link` is the page of
    the job. `is_wrong`: something needs a person; `has_changed`: since the run before."""

    mood: Mood
    title: str
    changes: tuple[str, ...]
    findings: tuple[str, ...]
    foot: str
    link: str | None
    is_wrong: bool
    has_changed: bool

    def is_for(self, when: When) -> bool:
        """Whether an entry with this `when` wants to hear it."""
        return when == "always" or self.is_wrong or (when == "changed" and self.has_changed)

    def text(self) -> str:
        parts = ("\n".join([head, *(f"- {line}" for line in lines)]) for head, lines in self._parts())
        return "\n\n".join([*parts, self.foot, *([self.link] if self.link else [])])

    def markdown(self) -> str:
        parts = (
            "\n".join([f"**{head}**", "", *(f"- {plain(line)}" for line in lines)]) for head, lines in self._parts()
        )
        return "\n\n".join([*parts, plain(self.foot), *([f"[Reports of this job]({self.link})"] if self.link else [])])

    def _parts(self) -> Iterator[tuple[str, Sequence[str]]]:
        if self.changes:
            yield "What changed", self.changes
        if self.findings:
            yield "What to act on", self.findings


def word_of_check(run: Run, options: Options, *, link: str | None) -> Word:
    """Compares with the run before, where a history knows one. Says what `options.mask` leaves to be said."""
    run, options = masked(run, options)
    found = answer(run.header, run.counts)
    told = _changes(run, options.previous) if options.previous else ()
    return Word(
        mood=_MOODS.get(found.mood, "info"),
        title=found.sentence,
        changes=told,
        findings=_findings(run),
        foot=_foot(run),
        link=link,
        is_wrong=found.mood in ("wrong", "incomplete") or run.header.exit_code != 0,
        has_changed=bool(told),
    )


def word_of_apply(run: Run, options: Options, *, outcomes: Sequence[Outcome], link: str | None) -> Word:
    """How many links were written; the findings are those of the links as they were read last."""
    run, options = masked(run, options)
    done = [outcome for outcome in outcomes if outcome.failed is None]
    is_wrong = run.header.exit_code != 0
    return Word(
        mood="failure" if is_wrong else "success",
        title=_written(len(done), len(outcomes), as_desired=not is_wrong),
        changes=tuple(_by_action(done)),
        findings=_findings(run),
        foot=_foot(run),
        link=link,
        is_wrong=is_wrong,
        has_changed=any(outcome.writes for outcome in outcomes),
    )


def _written(done: int, wanted: int, *, as_desired: bool) -> str:
    if not wanted:
        return "No link was written" + (": all are as desired." if as_desired else ", and not all are as desired.")
    return f"{done:,} of {many(wanted, 'link change')} made" + ("." if as_desired else ", and not all is as desired.")


def _by_action(done: Sequence[Outcome]) -> Iterator[str]:
    words: dict[Action, str] = {"create": "created", "replace": "replaced", "remove": "removed"}
    for action, happened in words.items():
        if number := sum(outcome.change.action == action for outcome in done):
            yield f"{many(number, 'link')} {happened}"


def _changes(run: Run, before: Run) -> tuple[str, ...]:
    told = [_line(change.text) for change in changes(before, run)]
    if before.header.quick == run.header.quick:
        told += _findings_changed(before, run)
    return tuple(told)


def _findings_changed(before: Run, run: Run) -> Iterator[str]:
    """What appeared, and, when everything was read, what is gone."""
    new = gone = 0
    for old_one, new_one in joined(_open(before), _open(run), lambda finding: finding.order[:4]):
        new += old_one is None
        gone += new_one is None
    if new:
        yield f"{many(new, 'new finding')}"
    if gone and run.header.complete:
        yield f"{many(gone, 'finding')} gone"


def _open(run: Run) -> Iterator[Finding]:
    """What needs a person, in report order."""
    return (one for one in run.findings() if not one.excepted and one.severity is not Severity.INFO)


def _findings(run: Run) -> tuple[str, ...]:
    """The worst first, then in report order; holds a few."""
    found: list[str] = []
    for severity in (Severity.ERROR, Severity.WARNING):
        for one in _open(run):
            if one.severity is severity and len(found) < FINDINGS:
                found.append(_line(f"{severity}: {one.message} ({one.id})"))
    left = run.counts.findings["error"] + run.counts.findings["warning"] - len(found)
    return (*found, f"and {left:,} more") if left > 0 else tuple(found)


def _foot(run: Run) -> str:
    header = run.header
    return _line(f"pal-agent {header.agent_version}, {header.command}, run {header.id}, exit code {header.exit_code}")


def _line(text: str) -> str:
    return clean(text, limit=LINE)
