"""The four numbers at the top of the page: how many of how many, in words, and where to look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pal_agent.model import Counts
from pal_agent.report._answer import many

STATES = ("none", "partial", "unknown")  # worst first


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """`state` picks icon and colour of the note; `total` is None where a number stands for itself."""

    word: str
    href: str
    number: int
    total: int | None
    note: str
    state: str


def tiles(counts: Counts) -> Iterator[Tile]:
    yield _tile(
        "Links in place", "#scopes?kind=target", counts.links, good="linked", bad=("missing", "other", "unknown")
    )
    yield _tile("Subscriptions in full", "#scopes?kind=subscription&state=none,partial,unknown", counts.subscriptions)
    yield _tile("Resource groups in full", "#scopes?kind=group&state=none,partial,unknown", counts.resource_groups)
    yield _findings(counts.findings)


def _tile(word: str, href: str, numbers: Mapping[str, int], good: str = "full", bad: tuple[str, ...] = STATES) -> Tile:
    total, worst = sum(numbers.values()), [state for state in bad if numbers[state]]
    if not total:
        return Tile(word=word, href=href, number=0, total=None, note="nothing to count", state="empty")
    note = " · ".join(f"{numbers[state]:,} {state}" for state in worst) or "all of them"
    return Tile(word=word, href=href, number=numbers[good], total=total, note=note, state=worst[0] if worst else "full")


def _findings(numbers: Mapping[str, int]) -> Tile:
    number = numbers["error"] + numbers["warning"]
    parts = [many(numbers[severity], severity) for severity in ("error", "warning") if numbers[severity]]
    if numbers["excepted"]:
        parts.append(f"{numbers['excepted']:,} excepted")
    return Tile(
        word="Findings to act on",
        href="#findings",
        number=number,
        total=None,
        note=" · ".join(parts) or "nothing to do",
        state="error" if numbers["error"] else "warning" if number else "full",
    )
