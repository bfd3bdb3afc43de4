"""What changed between two runs, for people (`in_words`) and for programs (`in_json`)."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from pal_agent.codec import Json
from pal_agent.compare import Difference, GroupChange, LinkChange, SubscriptionChange, TargetChange, Way
from pal_agent.model import Link, RunHeader, Tier, Tiers
from pal_agent.report._answer import TIER_NAMES, listed, many
from pal_agent.report.clean import SENTENCE, clean

Change = TypeVar("Change", LinkChange, TargetChange, SubscriptionChange)

SCHEMA_VERSION = 1
_ROWS = 20  # of each section
_GROUPS = 5  # of each subscription

_WAYS: dict[Way, str] = {
    "lost": "Subscriptions that earn less",
    "unclear": "Subscriptions that can't be told any more",
    "gained": "Subscriptions that earn more",
    "other": "Other changes to subscriptions",
}
_LINKS = {
    "lost": "Links lost",
    "changed": "Links changed",
    "unread": "Links that could not be read this time",
    "removed": "Links removed, as configured",
    "won": "Links won",
}
_TARGETS = {
    "unread": "Targets read less completely",
    "read": "Targets read again",
    "new": "New targets",
    "gone": "Targets no longer checked",
}


# --- in words ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Section:
    """The first few of a kind of change, and how many there were."""

    lines: list[str] = field(default_factory=list)
    number: int = 0

    def add(self, tell: Callable[[Change], list[str]], change: Change) -> None:
        self.number += 1
        if self.number <= _ROWS:
            self.lines += tell(change)

    def told(self, title: str) -> str:
        cut = f"  … and {self.number - _ROWS:,} more (-o json shows all)\n" if self.number > _ROWS else ""
        return f"\n{title} ({self.number:,})\n" + "".join(f"  {line}\n" for line in self.lines) + cut


def in_words(difference: Difference) -> Iterator[str]:
    """The verdict first, then what is worse, unclear, better and otherwise different; long lists cut."""
    sections = {title: _Section() for title in _titles()}
    for link in difference.links:
        sections[_LINKS[link.kind]].add(_link, link)
    ways: Counter[str] = Counter()
    tell = partial(_subscription, tiers=difference.judge.tiers)
    for one in difference.subscriptions():
        sections[_WAYS[_worst(one)]].add(tell, one)
        ways[one.way] += 1
        ways.update(f"{group.way} group" for group in one.groups)
    for target in difference.targets:
        sections[_TARGETS[target.kind]].add(_target, target)
    yield f"{_verdict(difference, ways)}\n{_when(difference.before.header)} → {_when(difference.after.header)}\n"
    for title, section in sections.items():
        if section.number:
            yield section.told(title)


def _titles() -> Iterator[str]:
    """In the order that they are told."""
    yield from (_LINKS["lost"], _WAYS["lost"], _LINKS["changed"], _LINKS["unread"], _TARGETS["unread"])
    yield from (_WAYS["unclear"], _LINKS["won"], _WAYS["gained"], _LINKS["removed"], _WAYS["other"])
    yield from (_TARGETS["read"], _TARGETS["new"], _TARGETS["gone"])


def _verdict(difference: Difference, ways: Counter[str]) -> str:
    links = Counter(change.way for change in difference.links)
    lost = tuple(_parts(links["lost"], ways["lost"], ways["lost group"], "lost"))
    unclear = tuple(_parts(links["unclear"], ways["unclear"], ways["unclear group"], "unclear"))
    gained = tuple(_parts(links["gained"], ways["gained"], ways["gained group"], "gained"))
    sentences = [
        f"{word}: {listed(parts)}."
        for word, parts in (("Worse", lost), ("Can't be told any more", unclear), ("Better", gained))
        if parts
    ]
    if sentences:
        return " ".join(sentences)
    quiet = not difference.links and not difference.targets and not ways
    return "Nothing changed." if quiet else "Nothing was lost or gained."


def _parts(links: int, subscriptions: int, groups: int, way: str) -> Iterator[str]:
    words = {"lost": ("lost", "earning less"), "gained": ("won", "earning more"), "unclear": ("", "")}
    link_word, scope_word = words[way]
    if links:
        yield f"{many(links, 'link')} {link_word}".rstrip()
    scopes = tuple(many(n, noun) for n, noun in ((subscriptions, "subscription"), (groups, "resource group")) if n)
    if scopes:
        yield f"{listed(scopes)} {scope_word}".rstrip()


def _when(header: RunHeader) -> str:
    return f"{clean(header.started_at)} ({clean(header.command)} {clean(header.id)})"


def _link(change: LinkChange) -> list[str]:
    others = " (not by us)" if change.by_others else ""
    tenant = clean(change.tenant_name or change.tenant_id)
    return [f"{clean(change.credential)} in {tenant}{others}: {clean(change.why, limit=SENTENCE)}"]


def _target(change: TargetChange) -> list[str]:
    why = f": {clean(change.why, limit=SENTENCE)}" if change.why and change.kind == "unread" else ""
    return [f"{clean(change.credential)} in {clean(change.tenant_name or change.tenant_id)}{why}"]


def _worst(change: SubscriptionChange) -> Way:
    found = {change.way, *(group.way for group in change.groups)}
    return next(way for way in _WAYS if way in found)


def _subscription(change: SubscriptionChange, *, tiers: tuple[Tier, ...]) -> list[str]:
    name = f"{clean(change.name)} ({clean(change.subscription_id)})"
    lines = [f"{name}: {_shift(change.before, change.after, tiers) or 'see its groups'}", *_because(change.why)]
    shown = change.groups[:_GROUPS]
    for group in shown:
        lines.append(f"  {clean(group.name)}: {_shift(group.before, group.after, tiers)}")
        lines += [f"  {line}" for line in _because(group.why if group.why != change.why else "")]
    if len(change.groups) > len(shown):
        lines.append(f"  … and {many(len(change.groups) - len(shown), 'more resource group')}")
    return lines


def _because(why: str) -> list[str]:
    return [f"  because {clean(why, limit=SENTENCE)}"] if why else []


def _shift(before: Tiers | None, after: Tiers | None, tiers: tuple[Tier, ...]) -> str:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    return ", ".join(
        f"{TIER_NAMES[tier]} {before.of(tier)} → {after.of(tier)}"
        for tier in tiers
        if before.of(tier) is not after.of(tier)
    )


# --- in json ----------------------------------------------------------------------------------------------------


def in_json(difference: Difference) -> Iterator[str]:
    """One element a line, printable ASCII, as the `json` report."""
    head = {"before": _header(difference.before.header), "after": _header(difference.after.header)}
    yield f'{{"schema_version": {SCHEMA_VERSION},\n'
    yield f' "runs": {_line(head)},\n'
    yield f' "changes": {_line([*sorted(difference.ways())])},\n'
    yield f' "tiers": {_line([tier.value for tier in difference.judge.tiers])}'
    yield from _list("links", (_link_data(change) for change in difference.links))
    yield from _list("targets", (_target_data(change) for change in difference.targets))
    yield from _list("subscriptions", (_subscription_data(change) for change in difference.subscriptions()))
    yield "}\n"


def _list(name: str, elements: Iterator[Json]) -> Iterator[str]:
    yield f',\n "{name}": ['
    between = "\n  "
    for element in elements:
        yield between + _line(element)
        between = ",\n  "
    yield "]"


def _line(data: Json) -> str:
    return json.dumps(data, check_circular=False).replace("\x7f", "\\u007f")


def _header(header: RunHeader) -> Json:
    return {"id": header.id, "command": header.command, "started_at": header.started_at, "complete": header.complete}


def _link_data(change: LinkChange) -> Json:
    return {
        "credential": change.credential,
        "tenant_id": change.tenant_id,
        "change": change.kind,
        "by_others": change.by_others,
        "before": _link_state(change.before),
        "after": _link_state(change.after),
        "why": change.why,
    }


def _link_state(link: Link) -> Json:
    return {"state": link.state.value, "partner_id": link.partner_id, "version": link.version}


def _target_data(change: TargetChange) -> Json:
    return {
        "credential": change.credential,
        "tenant_id": change.tenant_id,
        "change": change.kind,
        "before": change.before and change.before.value,
        "after": change.after and change.after.value,
        "why": change.why,
    }


def _subscription_data(change: SubscriptionChange) -> Json:
    return {
        "subscription_id": change.subscription_id,
        "name": change.name,
        "tenant_id": change.tenant_id,
        **_change_data(change),
        "resource_groups": [{"name": group.name, **_change_data(group)} for group in change.groups],
    }


def _change_data(change: SubscriptionChange | GroupChange) -> dict[str, Json]:
    return {"change": change.way, "before": _tiers(change.before), "after": _tiers(change.after), "why": change.why}


def _tiers(tiers: Tiers | None) -> Json:
    return None if tiers is None else {tier.value: tiers.of(tier).value for tier in Tier}
