"""Numbers to shapes: what the template needs to draw bars, a ring and lines as SVG. No colours here, only states."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pal_agent.model import Counts, RunHeader

RUNS = 60  # the newest recorded runs that the trend shows
WIDTH, HEIGHT = 600.0, 120.0  # of the trend's drawing, stretched to fit


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """One state's part of a bar or ring. `start` and `size` are percent of the whole."""

    state: str
    label: str
    number: int
    start: float
    size: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One series of the trend: an SVG path, and its first and last value in percent."""

    name: str
    style: str
    path: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """`runs` is how many are drawn; times are as recorded."""

    runs: int
    first: str
    last: str
    lines: tuple[Line, ...]


def slices(numbers: Mapping[str, int], labels: Mapping[str, str]) -> tuple[Slice, ...]:
    """The states of `labels` that occur, in that order. Empty when there is nothing to show."""
    total = sum(numbers.get(state, 0) for state in labels)
    found, start = [], 0.0
    for state, label in labels.items():
        if number := numbers.get(state, 0):
            size = 100 * number / total
            found.append(Slice(state=state, label=label, number=number, start=round(start, 3), size=round(size, 3)))
            start += size
    return tuple(found)


def share(numbers: Mapping[str, int], state: str) -> int | None:
    """Percent in `state`, rounded so that neither 0 nor 100 is said unless it is so. None of nothing."""
    total, found = sum(numbers.values()), numbers.get(state, 0)
    if not total:
        return None
    if found in (0, total):
        return 100 if found else 0
    return min(99, max(1, round(100 * found / total)))


def trend(runs: Iterable[tuple[RunHeader, Counts]]) -> Trend | None:
    """Links in place and subscriptions in full credit over the recorded runs; None for fewer than two."""
    shown = [(header, counts) for header, counts in runs if sum(counts.targets.values())][-RUNS:]
    if len(shown) < 2:
        return None
    links = [share(counts.links, "linked") or 0 for _, counts in shown]
    scopes = [share(counts.subscriptions, "full") or 0 for _, counts in shown]
    return Trend(
        runs=len(shown),
        first=shown[0][0].finished_at,
        last=shown[-1][0].finished_at,
        lines=(_line("Links in place", "links", links), _line("Subscriptions in full", "scopes", scopes)),
    )


def _line(name: str, style: str, values: list[int]) -> Line:
    step = WIDTH / (len(values) - 1)
    points = (f"{index * step:.1f} {HEIGHT * (1 - value / 100):.1f}" for index, value in enumerate(values))
    return Line(name=name, style=style, path="M" + "L".join(points), first=values[0], last=values[-1])
