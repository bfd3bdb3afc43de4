"""The one sentence that a reader wants first: is all well, and if not, what is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pal_agent.model import Counts, RunHeader, Tier

TIER_NAMES = {
    Tier.ASSOCIATION: "association",
    Tier.INFLUENCE: "influence",
    Tier.PEC: "partner earned credit",
}
EXPECTED = (
    "Credit shown here is what to expect by Microsoft's published rules: "
    "Azure has no call that returns what Microsoft credited."
)

Mood = Literal["well", "warned", "wrong", "incomplete", "empty"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """`mood` picks the icon and the colour, `sentence` says the same in words."""

    mood: Mood
    sentence: str


def answer(header: RunHeader, counts: Counts) -> Answer:
    """What a run comes to. "Could not tell" outranks "is wrong", as it does in the exit code; findings decide
    what is wrong, since a missing link may be wanted and a disabled subscription earns nothing."""
    if not sum(counts.targets.values()):
        return Answer(mood="empty", sentence="Nothing was checked: this run had no targets.")
    wrong = listed(tuple(_wrong(header.require, counts)))
    if not header.complete:
        unread = listed(tuple(_unread(counts))) or "not everything was read"
        rest = f"; of the rest, {wrong}" if wrong and counts.findings["error"] else ""
        return Answer(mood="incomplete", sentence=f"Could not tell everything: {unread}{rest}.")
    if counts.findings["error"]:
        return Answer(mood="wrong", sentence=f"Not all is well: {wrong or many(counts.findings['error'], 'error')}.")
    if counts.findings["warning"]:
        sentence = f"{_stands(header.require, counts)}, with {many(counts.findings['warning'], 'warning')}."
        return Answer(mood="warned", sentence=sentence[0].upper() + sentence[1:])
    rest = "; the rest is as wanted or excepted" if wrong or counts.links["missing"] else ""
    return Answer(mood="well", sentence=f"All is well: {_stands(header.require, counts)}{rest}.")


def many(number: int, noun: str) -> str:
    """`3 links`, `1 link`, `1,200 links`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(parts: tuple[str, ...]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def _wrong(require: Tier, counts: Counts) -> Iterator[str]:
    links, subscriptions = counts.links, counts.subscriptions
    if number := min(links["missing"], counts.kinds.get("link-missing", 0)):  # others are wanted to be missing
        yield f"{_of(number, links, 'link')} {_is(number)} missing"
    if number := links["other"]:
        yield f"{_of(number, links, 'link')} {_is(number)} another partner's"
    if number := subscriptions["none"] + subscriptions["partial"]:
        lack = "lacks" if number == 1 else "lack"
        yield f"{_of(number, subscriptions, 'subscription')} {lack} full {TIER_NAMES[require]}"


def _unread(counts: Counts) -> Iterator[str]:
    targets, subscriptions = counts.targets, counts.subscriptions
    if number := targets["unverified"] + targets["partial"]:
        yield f"{_of(number, targets, 'credential')} could not be read{'' if targets['unverified'] else ' in full'}"
    if number := subscriptions["unknown"]:
        yield f"{_of(number, subscriptions, 'subscription')} {_is(number)} unknown"


def _of(number: int, numbers: dict[str, int], noun: str) -> str:
    return f"{number:,} of {many(sum(numbers.values()), noun)}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _stands(require: Tier, counts: Counts) -> str:
    links = f"{_all_of(counts.links, 'linked', 'link')} {_is(counts.links['linked'])}"
    if not sum(counts.subscriptions.values()):
        return f"{links} in place; no subscription is visible yet"
    verb = "has" if counts.subscriptions["full"] == 1 else "have"
    scopes = _all_of(counts.subscriptions, "full", "subscription")
    return f"{links} in place and {scopes} {verb} full {TIER_NAMES[require]}"


def _all_of(numbers: dict[str, int], key: str, noun: str) -> str:
    found, total = numbers[key], sum(numbers.values())
    if found < total:
        return _of(found, numbers, noun)
    return f"the {noun}" if total == 1 else f"all {many(total, noun)}"
