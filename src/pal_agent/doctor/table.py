"""`doctor -o table`: what works in a line each, what doesn't with all that helps."""

from collections.abc import Iterable, Iterator, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pal_agent.doctor import Advice, Check, Diagnosis, Outcome
from pal_agent.report import Options
from pal_agent.report.clean import SENTENCE, clean
from pal_agent.sheet import OneLine, Sheet

_MARKS = {Outcome.OK: ("ok", "green"), Outcome.WARNING: ("warn", "yellow"), Outcome.FAILED: ("FAIL", "bold red")}
_INDENT = 6
_PLACES = 5
_ROWS = 20
_COMMAND = "$ "
_WORDS = (
    "A link (Partner Admin Link) is Azure's note of the partner that a credential works for; roles decide for which"
    " resources that counts. Microsoft counts in three ways: association (any role), influence (a role that its table"
    " names) and partner earned credit (such a role, in force all the time). pal-agent check tells what it comes to."
)

Part = Text | Padding | Table


def render(local: Sequence[Check], diagnoses: Sequence[Diagnosis], options: Options, *, whole: bool) -> Iterator[str]:
    """What is wrong comes last, where a terminal stops. `whole` shows what works in full, too."""
    sheet = Sheet(options)
    yield sheet.shown(Text("This machine", style="bold underline"), *_checks(local, quiet=options.quiet))
    yield sheet.shown(Text("\nCredentials", style="bold underline"))
    well = [] if whole else [one for one in diagnoses if one.outcome is Outcome.OK]
    if not options.quiet:
        yield from (sheet.shown(_marked(Outcome.OK, Text(_who([one])))) for one in well[:_ROWS])
        if len(well) > _ROWS:
            yield sheet.shown(Text(f"{' ' * _INDENT}… and {len(well) - _ROWS:,} more (-v shows all)", style="dim"))
        if well:
            yield sheet.shown(Text(f"{' ' * _INDENT}sign in, and read all that a report needs.", style="dim"))
    for alike in _alike(one for one in diagnoses if one not in well):
        if not (options.quiet and alike[0].outcome is Outcome.OK):
            yield sheet.shown(Text(""), Text(_who(alike), style="bold"), *_checks(alike[0].checks, quiet=options.quiet))
    if not options.quiet:
        yield sheet.shown(Text(f"\n{_WORDS}", style="dim"))
    yield sheet.shown(_verdict(local, diagnoses))


def _alike(diagnoses: Iterable[Diagnosis]) -> Iterable[list[Diagnosis]]:
    """One credential that fails in many tenants for one reason, and with one remedy, is one thing to mend."""
    found: dict[object, list[Diagnosis]] = {}
    for one in diagnoses:
        told = tuple(
            (check.name, check.outcome, check.reason and check.reason.code, check.advice) for check in one.checks
        )
        key = (one.target.credential, told) if one.outcome is Outcome.FAILED else one.target.key
        found.setdefault(key, []).append(one)
    return found.values()


def _who(alike: Sequence[Diagnosis]) -> str:
    credential = clean(alike[0].target.credential)
    if len(alike) > 1:
        return f"{credential} in {len(alike)} tenants: {_some([one.target.tenant_id for one in alike])}"
    name, tenant = alike[0].tenant_name, clean(alike[0].target.tenant_id)
    return f"{credential} in {clean(name)} ({tenant})" if name else f"{credential} in tenant {tenant}"


def _checks(checks: Sequence[Check], *, quiet: bool) -> Iterator[Part]:
    told: list[Advice] = []
    for check in checks:
        if not (quiet and check.outcome is Outcome.OK):
            yield from _check(check)
        if check.advice in told:
            yield _below("Mend", "as above.")
        elif check.advice:
            told.append(check.advice)
            yield from _advice(check.advice)


def _check(check: Check) -> Iterator[Part]:
    code = f"{check.reason.code.value}: " if check.reason else ""
    said = f"{code}{clean(check.said, limit=SENTENCE)}"
    title = check.title if check.outcome is not Outcome.FAILED else f"can't {check.title}"
    line = Text(title, style="bold" if check.outcome is not Outcome.OK else "")
    if check.places and check.outcome is not Outcome.OK:
        line.append(f", in {_some(check.places)}", style="not bold")
    yield _marked(check.outcome, line.append(f": {said}" if said else "", style="not bold"))
    if check.cost:
        yield _below("Costs", check.cost)


def _advice(advice: Advice) -> Iterator[Part]:
    yield _below("Cause", advice.cause)
    for number, step in enumerate(advice.steps):
        if step.startswith(_COMMAND):
            command = clean(step.removeprefix(_COMMAND), limit=SENTENCE)
            yield OneLine(f"{' ' * _INDENT}> {command}", style="cyan")
        else:
            yield _below("Mend" if not number else "", step)


def _below(word: str, text: str) -> Part:
    label = Text(f"{word}: " if word else "", style="bold")
    return Padding(label.append(clean(text, limit=SENTENCE), style="not bold"), (0, 0, 0, _INDENT))


def _marked(outcome: Outcome, line: Text) -> Part:
    word, style = _MARKS[outcome]
    row = Table.grid(padding=(0, 0))
    row.add_column(width=_INDENT)
    row.add_column(overflow="fold")
    row.add_row(Text(word, style=style), line)
    return row


def _some(places: Sequence[str]) -> str:
    shown = ", ".join(clean(place) for place in places[:_PLACES])
    more = len(places) - _PLACES
    return f"{shown} and {more} more" if more > 0 else shown


def _verdict(local: Sequence[Check], diagnoses: Sequence[Diagnosis]) -> Text:
    failed = sum(diagnosis.outcome is Outcome.FAILED for diagnosis in diagnoses)
    warned = sum(
        check.outcome is Outcome.WARNING for checks in (local, *(one.checks for one in diagnoses)) for check in checks
    )
    also = f"{warned} warning" + ("" if warned == 1 else "s")
    if failed:
        text = f"{failed} of {len(diagnoses)} targets can't do all that a report needs"
        return Text(f"{text}; {also}." if warned else f"{text}.", style="bold red")
    if warned:
        return Text(f"Everything works; {also} to act on.", style="bold yellow")
    return Text("Everything works.", style="bold green")
